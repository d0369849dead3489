"""Chromium without a window, driven through its debugging pipe: no package is needed, and no port is opened."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

KEYS = {
    "Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "End": 35, "Home": 36, " ": 32, "Tab": 9,
}


def find() -> str | None:
    """The browser of this machine, or the one that CHROMIUM names."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A browser process. Tabs are its pages."""

    def __init__(self, program: str) -> None:
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        from_us, to_browser = os.pipe()
        from_browser, to_us = os.pipe()
        arguments = [
            program, "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}", "--no-first-run",
            "--no-sandbox", "--disable-gpu", "--disable-extensions", "--disable-component-update", "--disable-background-networking",
            "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND", "--force-color-profile=srgb", "about:blank",
        ]
        # The browser reads its commands from the third file and answers on the fourth.
        wire = f'exec "$@" 3<&{from_us} 4>&{to_us}'
        self.process = subprocess.Popen(
            ["bash", "-c", wire, "bash", *arguments], pass_fds=(from_us, to_us), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(to_us)
        self.to_browser = to_browser
        self.from_browser = from_browser
        self.rest = b""
        self.last = 0
        self.tabs: dict[str, Tab] = {}

    def send(self, method: str, session: str | None = None, **parameters: object) -> dict:
        """Gives a command and waits for its answer. What happens meanwhile is told to the tabs."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to_browser, data) :]
        while True:
            answer = self.receive()
            if answer.get("id") != self.last:
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            return answer["result"]

    def receive(self) -> dict:
        """The next message."""
        while b"\0" not in self.rest:
            data = os.read(self.from_browser, 1 << 20)
            if not data:
                raise RuntimeError("the browser has ended")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(message)
        if message.get("sessionId") in self.tabs and "method" in message:
            self.tabs[message["sessionId"]].told(message["method"], message["params"])
        return message

    def close(self) -> None:
        """Ends the browser."""
        self.process.terminate()
        self.process.wait(20)
        os.close(self.to_browser)
        os.close(self.from_browser)
        self.profile.cleanup()


class Tab:
    """A page of a size, light or dark. `requests` and `problems` have what it asked for and what went wrong in it."""

    def __init__(self, browser: Browser, width: int = 1440, height: int = 900, dark: bool = False, touch: bool = False) -> None:
        self.browser = browser
        self.requests: list[str] = []
        self.problems: list[str] = []
        self.context = browser.send("Target.createBrowserContext")["browserContextId"]
        self.target = browser.send("Target.createTarget", url="about:blank", browserContextId=self.context)["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        browser.tabs[self.session] = self
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.send("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}, {"name": "prefers-reduced-motion", "value": "reduce"},
        ])
        if touch:
            self.send("Emulation.setTouchEmulationEnabled", enabled=True)

    def send(self, method: str, **parameters: object) -> dict:
        return self.browser.send(method, self.session, **parameters)

    def told(self, method: str, parameters: dict) -> None:
        """Notes what happened."""
        if method == "Network.requestWillBeSent" and parameters.get("type") != "Document":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled":
            self.problems.append(f"{parameters['type']}: {[it.get('value') for it in parameters['args']]}")
        elif method == "Log.entryAdded":
            self.problems.append(parameters["entry"]["text"])

    def open(self, page: Path, fragment: str = "") -> None:
        """Opens the page and waits until it has drawn the result."""
        self.send("Page.navigate", url=page.resolve().as_uri() + fragment)
        self.wait("performance.getEntriesByName('ready').length > 0", seconds=60)
        self.settle()

    def js(self, expression: str) -> object:
        """What a JavaScript expression gives."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    def wait(self, expression: str, seconds: float = 10) -> None:
        """Waits until an expression is true."""
        end = time.monotonic() + seconds
        while not self.js(expression):
            if time.monotonic() > end:
                raise TimeoutError(f"{expression}; {self.problems}")
            time.sleep(0.02)

    def settle(self) -> None:
        """Waits until what was asked for is drawn."""
        self.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def texts(self, selector: str) -> list[str]:
        return self.js(f"[...document.querySelectorAll({json.dumps(selector)})].map(it => it.textContent)")

    def text(self, selector: str) -> str:
        return self.js(f"document.querySelector({json.dumps(selector)}).textContent")

    def visible(self, selector: str) -> bool:
        return self.js(f"Boolean(document.querySelector({json.dumps(selector)})?.checkVisibility())")

    def middle(self, selector: str, containing: str = "") -> tuple[float, float]:
        """The middle of the first element that a selector finds and that contains a text."""
        place = self.js(f"""(() => {{
            const all = [...document.querySelectorAll({json.dumps(selector)})].filter(it => it.textContent.includes({json.dumps(containing)}));
            if (!all.length) return null;
            all[0].scrollIntoView({{ block: "nearest" }});
            const {{ left, top, width, height }} = all[0].getBoundingClientRect();
            return [left + width / 2, top + height / 2];
        }})()""")
        if place is None:
            raise LookupError(f"{selector} with {containing!r}")
        return tuple(place)

    def mouse(self, kind: str, x: float, y: float, **more: object) -> None:
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click_at(self, x: float, y: float) -> None:
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", clickCount=1)
        self.mouse("mouseReleased", x, y, button="left", clickCount=1)
        self.settle()

    def click(self, selector: str, containing: str = "") -> None:
        self.click_at(*self.middle(selector, containing))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.mouse("mouseMoved", *start)
        self.mouse("mousePressed", *start, button="left", buttons=1, clickCount=1)
        for part in (0.3, 0.7, 1):
            self.mouse("mouseMoved", *(a + (b - a) * part for a, b in zip(start, end)), button="left", buttons=1)
        self.mouse("mouseReleased", *end, button="left", clickCount=1)
        self.settle()

    def press(self, key: str, shift: bool = False) -> None:
        code = {"key": key, "windowsVirtualKeyCode": KEYS.get(key, ord(key[0].upper())), "modifiers": 8 if shift else 0}
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", **code, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **code)
        self.settle()

    def write(self, text: str) -> None:
        """Types into what has the focus."""
        self.send("Input.insertText", text=text)
        self.settle()

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        self.browser.send("Target.closeTarget", targetId=self.target)
        del self.browser.tabs[self.session]
