"""Headless Chromium over the DevTools protocol: one browser, one tab at a time, everything it reports kept."""
import base64, json, pathlib, shutil, subprocess, tempfile, time, urllib.request

import websocket


class Tab:
    """A page that was opened, and what happened meanwhile: requests, console, exceptions, dialogs."""

    def __init__(self, browser, address):
        self.events, self.number = [], 0
        self.socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self.browser = browser
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(domain + ".enable")

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.note(message)

    def note(self, message):
        self.events.append((message["method"], message["params"]))
        if message["method"] == "Page.javascriptDialogOpening":
            # Without an answer the page would stand still.
            self.number += 1
            self.socket.send(json.dumps({"id": self.number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}))

    def open(self, url, width=1280, height=900, scheme="light", instrument=None):
        self.events.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        if instrument:
            self.call("Page.addScriptToEvaluateOnNewDocument", source=instrument)
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")
        self.settle()

    def wait(self, method, seconds=60):
        end = time.monotonic() + seconds
        while not any(name == method for name, _ in self.events):
            if time.monotonic() > end:
                raise TimeoutError(method)
            self.note_next(end - time.monotonic())

    def note_next(self, seconds):
        self.socket.settimeout(max(seconds, 0.01))
        try:
            message = json.loads(self.socket.recv())
            if "method" in message:
                self.note(message)
            return True
        except websocket.WebSocketTimeoutException:
            return False
        finally:
            self.socket.settimeout(60)

    def settle(self):
        """Two frames and an idle moment of the page, so that what it would start has been started."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))")

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def screenshot(self, path, whole=False):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"clip": {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}} if whole else {}
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **clip)["data"]
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def requests(self):
        return [(e["request"]["url"], e.get("type", "")) for name, e in self.events if name == "Network.requestWillBeSent"]

    def complaints(self):
        """Errors and warnings of the console, exceptions and dialogs, in words."""
        found = []
        for name, event in self.events:
            if name == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
                found.append(event["entry"]["text"])
            elif name == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
                found.append("console: " + str([a.get("value") for a in event["args"]]))
            elif name == "Runtime.exceptionThrown":
                found.append("exception: " + event["exceptionDetails"]["text"])
            elif name == "Page.javascriptDialogOpening":
                found.append("dialog: " + event["message"])
        return found


class Browser:
    def __enter__(self):
        self.folder = tempfile.mkdtemp()
        program = next(p for p in ("chromium", "chromium-browser", "google-chrome") if shutil.which(p))
        options = ["--headless=new", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--disable-background-networking",
                   "--disable-component-update", "--remote-debugging-port=0", f"--user-data-dir={self.folder}",
                   "--force-color-profile=srgb", "--font-render-hinting=none", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                   "--no-sandbox", "about:blank"]
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = pathlib.Path(self.folder, "DevToolsActivePort")
        end = time.monotonic() + 60
        while not (port_file.exists() and port_file.read_text().count("\n")):
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("Chromium did not start")
            time.sleep(0.05)
        self.port = port_file.read_text().split("\n")[0]
        return self

    def tab(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        target = json.load(urllib.request.urlopen(request, timeout=30))
        return Tab(self, target["webSocketDebuggerUrl"])

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
