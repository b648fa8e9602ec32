"""Contract suites: one for each port, run by every implementation."""

import pytest

pytest.register_assert_rewrite("tests.contracts.shop_contract", "tests.contracts.channel_contract")
