from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from hub.database import reading, writing
from hub.errors import Wait
from hub.lease import SECONDS, LeaseTaken, lease
from hub.records import Lease


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


def leases(engine: Engine, tenant: str = "acme") -> list[Lease]:
    with reading(engine) as session:
        return list(session.exec(select(Lease).where(Lease.tenant == tenant)))


def test_a_job_is_held_by_one_and_given_back(engine: Engine) -> None:
    clock = Clock()
    with lease(engine, "acme", "push", clock):
        with pytest.raises(LeaseTaken, match=r"push of acme is being done by another process; try again in a minute\."):
            lease(engine, "acme", "push", clock).__enter__()
        assert len(leases(engine)) == 1
    assert leases(engine) == []


def test_it_is_something_to_wait_for(engine: Engine) -> None:
    with lease(engine, "acme", "push", Clock()), pytest.raises(Wait):
        lease(engine, "acme", "push", Clock()).__enter__()


def test_other_jobs_and_other_tenants_go_on_meanwhile(engine: Engine) -> None:
    with (
        lease(engine, "acme", "push", Clock()),
        lease(engine, "acme", "process", Clock()),
        lease(engine, "hooli", "push", Clock()),
    ):
        assert (len(leases(engine)), len(leases(engine, "hooli"))) == (2, 1)


def test_it_is_given_back_after_a_failure_too(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), lease(engine, "acme", "push", Clock()):
        raise ZeroDivisionError
    assert leases(engine) == []


def test_a_lease_that_ran_out_is_taken_over_and_its_holder_finds_out(engine: Engine) -> None:
    clock = Clock()
    with lease(engine, "acme", "push", clock) as paused:
        clock.now += SECONDS + 1
        with lease(engine, "acme", "push", clock) as successor:
            with writing(engine) as session, pytest.raises(LeaseTaken, match="was taken over by another process"):
                paused.renew(session)
            with writing(engine) as session:
                successor.renew(session)
    assert leases(engine) == []


def test_the_end_of_a_paused_holder_does_not_end_its_successors_lease(engine: Engine) -> None:
    clock = Clock()
    first = lease(engine, "acme", "push", clock)
    first.__enter__()
    clock.now += SECONDS + 1
    with lease(engine, "acme", "push", clock):
        first.__exit__(None, None, None)
        assert len(leases(engine)) == 1


def test_renewing_keeps_it_as_long_as_the_work_lasts(engine: Engine) -> None:
    clock = Clock()
    with lease(engine, "acme", "push", clock) as held:
        for _ in range(3):
            clock.now += SECONDS - 1
            with writing(engine) as session:
                held.renew(session)
        with pytest.raises(LeaseTaken):
            lease(engine, "acme", "push", clock).__enter__()


def test_a_renewal_is_undone_with_the_work_it_belongs_to(engine: Engine) -> None:
    clock = Clock()

    def fail() -> None:
        with writing(engine) as session:
            held.renew(session)
            raise ZeroDivisionError

    with lease(engine, "acme", "push", clock) as held:
        clock.now += 10
        with pytest.raises(ZeroDivisionError):
            fail()
        assert leases(engine)[0].expires_at == clock.now - 10 + SECONDS


def test_of_many_that_begin_at_once_one_gets_it(engine: Engine) -> None:
    clock = Clock()

    def begin(held: ExitStack) -> bool:
        try:
            held.enter_context(lease(engine, "acme", "push", clock))
        except LeaseTaken:
            return False
        return True

    with ExitStack() as held, ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, [held] * 24)) == 1
        clock.now += SECONDS + 1
        assert sum(pool.map(begin, [held] * 24)) == 1
