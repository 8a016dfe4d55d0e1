"""Pages of importing devices: the upload, and what a dry run found in files of several kinds."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from iotdash.lib.spreadsheets import as_xlsx
from tests.e2e.product import Product
from tests.e2e.screens import EMPTY, EMPTY_ADMIN, SAMPLE, Screen

IMPORTS = f"/{SAMPLE}/devices/import/"
_NEW = "Device type,Device ID,Serial number,Colour\ngateway,gateway-901,0901,red\ngateway,gateway-902,0902,blue\n"
_MANGLED = (
    "Device type,Device ID,Jasper: ICCID\n"
    "gateway,gateway-001,8.98E+18\n"
    "gateway,gateway-002,8988200000000010000\n"
    "gateway,gateway-003,'8988 2000 0000 0000 014\n"
    "gateway,nobody,8988200000000000014\n"
)


def upload(page: Page, name: str, content: bytes, what: str = "Devices") -> None:
    page.get_by_role("radio", name=what, exact=True).check()
    page.get_by_label("CSV or XLSX file").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="Upload and look at it").click()


def _uploaded(text: str, heading: str, what: str = "Devices") -> Callable[[Page, Product], None]:
    def prepare(page: Page, product: Product) -> None:
        upload(page, "fleet.csv", text.encode(), what)
        expect(page.get_by_text(heading).first).to_be_visible()

    return prepare


def _numbers(page: Page, product: Product) -> None:
    rows = [["gateway", "gateway-903", "0903"]]
    upload(page, "fleet.xlsx", b"".join(as_xlsx(["Kind", "Device ID", "Serial number"], rows, "Fleet")))
    expect(page.get_by_text("A column is not known")).to_be_visible()


def _confirmed(page: Page, product: Product) -> None:
    _uploaded(_NEW + "nothing,x1,,\n", "Import 2 row by row")(page, product)
    page.get_by_role("button", name="Import 2 row by row").click()
    expect(page.get_by_text("Finished")).to_be_visible(timeout=60_000)


IMPORT_SCREENS = (
    Screen("imports", IMPORTS),
    Screen("imports-refused", IMPORTS, prepare=_uploaded("", "The file is empty.")),
    Screen("imports-bare", f"/{EMPTY}/devices/import/", who=EMPTY_ADMIN),
    Screen("import-good", IMPORTS, prepare=_uploaded(_NEW, "Import all or nothing")),
    Screen("import-problems", IMPORTS, prepare=_uploaded(_MANGLED, "Rows with problems", "Device configuration")),
    Screen("import-columns", IMPORTS, prepare=_numbers),
    Screen("import-done", IMPORTS, prepare=_confirmed),
)
