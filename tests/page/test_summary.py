"""The summary sheet is one sheet, whatever paper one has."""
import base64
import shutil
import subprocess

import pytest
from selenium.webdriver.common.by import By

INCHES = {'A4': (8.27, 11.69), 'Letter': (8.5, 11)}


@pytest.mark.skipif(not shutil.which('pdftotext'), reason="expected pdftotext (Debian: poppler-utils)")
@pytest.mark.parametrize('paper', INCHES)
def test_the_summary_is_printed_on_one_page(browser, address, tmp_path, paper):
    browser.get(f'{address}/summary.html')
    code = [pre.text for pre in browser.find_elements(By.CSS_SELECTOR, 'article pre')]
    rows = browser.find_elements(By.CSS_SELECTOR, 'article tbody tr')
    width, height = INCHES[paper]
    printed = browser.execute_cdp_cmd('Page.printToPDF', {'paperWidth': width, 'paperHeight': height})
    pdf = tmp_path / 'summary.pdf'
    pdf.write_bytes(base64.b64decode(printed['data']))
    text = subprocess.run(['pdftotext', '-layout', pdf, '-'], capture_output=True, text=True, check=True).stdout
    assert text.count('\f') == 1, "a page ends with a form feed"
    packed = ''.join(text.split())
    assert len(code) == 6 and len(rows) == 4
    for part in code + [rows[-1].find_elements(By.TAG_NAME, 'td')[0].text]:
        assert all(''.join(line.split()) in packed for line in part.splitlines())
