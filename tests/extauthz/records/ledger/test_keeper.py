from extauthz.records.ledger.keeper import NoLedger


def test_without_a_ledger_nothing_is_kept_and_nothing_fails():
    ledger = NoLedger()
    ledger.append({"kind": "decision"})
    ledger.sync()
    ledger.close()

    assert ledger.healthy
