"""What the test of a connection shows of a shop."""

import msgspec

from studio.control.ports import ShopCapabilities
from studio.ui.connections.shop_findings import ShopFindings as Findings
from studio.ui.texts import Texts
from tests.fakes.fake_shops import WELL


def test_what_a_shop_does_in_its_own_way_is_told_as_plain_text(qtbot, theme):
    findings = Findings(Texts("en"))
    qtbot.addWidget(findings)
    findings.show_found(WELL, well=True)
    assert "Ask for <b>the address</b> first." not in findings.sentences()
    able = ShopCapabilities(notes=("Ask for <b>the address</b> first.",))
    findings.show_found(msgspec.structs.replace(WELL, capabilities=able), well=True)
    assert "Ask for <b>the address</b> first." in findings.sentences()
