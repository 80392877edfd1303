"""A relay that delays, for kernels without netem: connections that nftables redirects to it are carried on to where they
were going, as slowly as it was told.

Lines on standard input set the pace: "10.9.1.2:6222 40" holds everything to and from there back for 40 ms, each way;
"10.9.1.2:6222 stall" reads nothing more from either end until another line says otherwise.
"""

import asyncio
import socket
import struct
import sys

SO_ORIGINAL_DST = 80
MARK = 1  # nftables leaves the relay's own connections alone

paces = {}  # "address:port": seconds, or None while stalled


def original_destination(connection):
    raw = connection.get_extra_info("socket").getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16)
    port, packed = struct.unpack_from("!2xH4s", raw)
    return socket.inet_ntoa(packed), port


async def pump(reader, writer, destination):
    loop = asyncio.get_running_loop()
    queue = asyncio.Queue(maxsize=4096)

    async def read():
        while True:
            while paces.get(destination, 0) is None:
                await asyncio.sleep(0.05)
            data = await reader.read(65536)
            await queue.put((loop.time() + (paces.get(destination, 0) or 0), data))
            if not data:
                return

    async def write():
        while True:
            due, data = await queue.get()
            if not data:
                writer.close()
                return
            await asyncio.sleep(due - loop.time())
            writer.write(data)
            await writer.drain()

    tasks = [asyncio.create_task(read()), asyncio.create_task(write())]
    try:
        await asyncio.gather(*tasks)
    except OSError:
        pass
    finally:
        for task in tasks:
            task.cancel()
        writer.close()


async def carry(reader, writer):
    address, port = original_destination(writer)
    outgoing = socket.socket()
    outgoing.setblocking(False)
    outgoing.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK)
    try:
        await asyncio.get_running_loop().sock_connect(outgoing, (address, port))
        there = await asyncio.open_connection(sock=outgoing)
    except OSError:
        outgoing.close()
        writer.transport.abort()
        return
    destination = f"{address}:{port}"
    await asyncio.gather(pump(reader, there[1], destination), pump(there[0], writer, destination))


async def main():
    server = await asyncio.start_server(carry, "0.0.0.0", int(sys.argv[1]))
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        destination, pace = line.split()
        paces[destination] = None if pace == "stall" else float(pace) / 1000
        print("done", flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
