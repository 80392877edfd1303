"""One address for several servers: balancer.py PORT ADDRESS:PORT… hands each new connection to the next of them, and closes
those that are idle, as balancers do."""

import asyncio
import itertools
import sys


IDLE = 0.4  # seconds; an epoch begins anew every second


async def pump(reader, writer):
    try:
        while data := await asyncio.wait_for(reader.read(65536), IDLE):
            writer.write(data)
            await writer.drain()
    except (OSError, TimeoutError):
        pass
    finally:
        writer.close()


async def main(port, members):
    turns = itertools.cycle(members)

    async def carry(reader, writer):
        for _ in members:
            address, _, number = next(turns).partition(":")
            try:
                there = await asyncio.open_connection(address, int(number))
            except OSError:
                continue
            await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
            return
        writer.close()

    server = await asyncio.start_server(carry, "0.0.0.0", port)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
