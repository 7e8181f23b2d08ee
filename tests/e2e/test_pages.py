def test_smoke(visit, make_study, tmp_path):
    page = visit(make_study(tmp_path / "s.sqlite"))
    page.screenshot(path="/tmp/w/uia/smoke.png")
    assert page.title()
