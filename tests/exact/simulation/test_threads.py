"""Tasks that are begun beside others."""

import threading

import pytest

from regimesim.simulation.simulate import begun


def test_a_task_is_begun_at_once_where_there_is_another_thread():
    here, there = threading.Event(), threading.Event()

    def task():
        there.set()
        assert here.wait(60)
        return threading.current_thread() is threading.main_thread()

    outcome = begun(task, 2)
    assert there.wait(60)  # without its outcome being asked for
    here.set()
    assert outcome() is False


def test_one_worker_does_it_when_it_is_asked_for():
    done = []
    outcome = begun(lambda: done.append(threading.current_thread()), 1)
    assert done == []
    outcome()
    assert done == [threading.main_thread()]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_is_raised_where_the_outcome_is_asked_for(workers):
    outcome = begun(lambda: 1 // 0, workers)
    with pytest.raises(ZeroDivisionError):
        outcome()
