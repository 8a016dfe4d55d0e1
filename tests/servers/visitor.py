"""A person's browser without its screen: signed in, sends forms, to whichever web process."""

import re
import uuid

import requests

from tests.servers import fleet


class Visitor:
    """Cookies are of the host, not of its port: one sign-in holds at every web process."""

    def __init__(self, organization: str, ports: tuple[int, ...]) -> None:
        self._ports = ports
        self._session = requests.Session()
        self._sign_in(organization)

    def get(self, path: str, web: int = 0) -> requests.Response:
        return self._session.get(self._url(path, web), timeout=60)

    def ask(self, line: fleet.Line, operation: str, web: int = 0, key: str = "", **values: str) -> requests.Response:
        """Sends the form of an operation. Given the key of an earlier one, it is that form sent again."""
        form = {**values, "form_key": key or str(uuid.uuid4())}
        return self._post(f"{line.panel}operations/{operation}/", form, web)

    def _sign_in(self, organization: str) -> None:
        page = self.get("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        known = {"login": fleet.email(organization), "password": fleet.PASSWORD, "csrfmiddlewaretoken": token}
        assert self._session.post(page.url, known, timeout=60, allow_redirects=False).status_code == 302

    def _post(self, path: str, values: dict[str, str], web: int) -> requests.Response:
        values["csrfmiddlewaretoken"] = self._session.cookies["csrftoken"]
        return self._session.post(self._url(path, web), values, timeout=60, allow_redirects=False)

    def _url(self, path: str, web: int) -> str:
        return f"http://127.0.0.1:{self._ports[web]}{path}"
