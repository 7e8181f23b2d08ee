"""Several people at once lose nothing, also where the server is killed; the full size is in the benchmarks."""

from benchmarks.soak import soak


def test_decisions_of_several_people_survive_kills_of_the_server(tmp_path):
    found = soak(tmp_path, people=4, decisions=40, kills=2)
    assert (found.stored, found.twice, found.lost, found.errors) == (160, 0, 0, [])
    assert (found.kills, found.whole) == (2, True)
