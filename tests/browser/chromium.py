"""Debian's Chromium without a window, driven over the DevTools protocol through a pair of pipes: no port, no library."""

import base64
import fcntl
import json
import os
import select
import subprocess
import tempfile
import time

CHROMIUM = os.environ.get("CHROMIUM", "chromium")
SWITCHES = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
            "--force-color-profile=srgb", "--remote-debugging-pipe"]
PATIENCE = 120  # s, for one answer on a machine out of breath


class Browser:
    """One Chromium; pages are opened in it one after the other."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="nats-chromium-", ignore_cleanup_errors=True)
        # Chromium reads commands from file 3 and answers on file 4; the ends are put out of the way of these first.
        # dash would not do: it takes files from 10 up for its own.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in os.pipe() + os.pipe()]
        commands, self.write, self.read, answers = ends
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{commands} 4>&{answers}', CHROMIUM, *SWITCHES,
             f"--user-data-dir={self.folder.name}", "about:blank"],
            pass_fds=(commands, answers), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.number, self.buffer, self.events = 0, b"", []
        return self

    def __exit__(self, *_):
        try:
            self.send("Browser.close")
            self.process.wait(10)
        except (OSError, TimeoutError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.write)
        os.close(self.read)
        self.folder.cleanup()

    def send(self, method, session=None, **parameters):
        """The result of one command; what happens meanwhile is kept in `events`."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        rest = json.dumps(message).encode() + b"\0"
        while rest:
            rest = rest[os.write(self.write, rest):]
        return self._until(lambda answer: answer.get("id") == message["id"], method)

    def wait(self, method, session):
        for event in self.events:
            if event["method"] == method and event.get("sessionId") == session:
                return event
        return self._until(lambda event: event.get("method") == method and event.get("sessionId") == session, method)

    def _until(self, wanted, what):
        deadline = time.monotonic() + PATIENCE
        while True:
            while b"\0" not in self.buffer:
                if not select.select([self.read], [], [], max(0, deadline - time.monotonic()))[0]:
                    raise TimeoutError(f"Chromium did not answer {what}")
                read = os.read(self.read, 1 << 20)
                if not read:
                    raise OSError(f"Chromium ended before it answered {what}")
                self.buffer += read
            raw, self.buffer = self.buffer.split(b"\0", 1)
            message = json.loads(raw)
            if "method" in message:
                self.events.append(message)
            if wanted(message):
                if "error" in message:
                    raise RuntimeError(f"{what}: {message['error']['message']}")
                return message.get("result", message)

    def page(self, path, **options):
        return Page(self, path, **options)


class Page:
    """A file, opened as a reader would."""

    def __init__(self, browser, path, width=1280, height=900, zoom=1, scripts=True, dark=False, timezone="UTC"):
        self.browser, self.url = browser, path.resolve().as_uri()
        self.target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network", "Performance":
            self.send(domain + ".enable")
        # Zooming in leaves fewer CSS pixels, each of more device pixels.
        self.send("Emulation.setDeviceMetricsOverride", width=width // zoom, height=height // zoom,
                  deviceScaleFactor=zoom, mobile=False)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.send("Emulation.setTimezoneOverride", timezoneId=timezone)
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.send("Page.navigate", url=self.url)
        self.browser.wait("Page.loadEventFired", self.session)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.send("Target.closeTarget", targetId=self.target)
        self.browser.events.clear()

    def send(self, method, **parameters):
        return self.browser.send(method, self.session, **parameters)

    def run(self, expression):
        """The value of a JavaScript expression, awaited."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def press(self, key, code=None, virtual=0, modifiers=0):
        for kind in "rawKeyDown", "keyUp":
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=code or key, windowsVirtualKeyCode=virtual,
                      modifiers=modifiers)

    def _happened(self, *methods):
        return [event["params"] for event in self.browser.events
                if event.get("sessionId") == self.session and event["method"] in methods]

    def requests(self):
        """Addresses of everything that was asked for, but the page itself and data: URLs."""
        sent = [event["request"]["url"] for event in self._happened("Network.requestWillBeSent")]
        return [url for url in sent if url.split("#")[0] != self.url and not url.startswith("data:")]

    def messages(self):
        """What was said on the console, and what went wrong."""
        return self._happened("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded",
                              "Page.javascriptDialogOpening")

    def pdf(self):
        return base64.b64decode(self.send("Page.printToPDF", printBackground=True)["data"])

    def screenshot(self):
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return base64.b64decode(self.send("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)["data"])
