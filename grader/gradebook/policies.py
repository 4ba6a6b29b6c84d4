"""Policies kept in a gradebook, by name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from grader.errors import Mistake
from grader.gradebook.policy import Policy, decode, encode
from grader.gradebook.store import Gradebook, ensure, reading, writing
from grader.gradebook.tables import POLICIES

USUAL = "usual"


def save_policy(gradebook: Gradebook, policy: Policy, now: datetime, name: str = USUAL) -> None:
    """Keep a policy; the one of the same name is replaced."""
    body = encode(policy)
    with writing(gradebook) as connection:
        number = ensure(connection, POLICIES, {"name": name}, body=body, saved_at=now)
        connection.execute(update(POLICIES).where(POLICIES.c.id == number).values(body=body, saved_at=now))


def load_policy(gradebook: Gradebook, name: str = USUAL) -> Policy:
    """Return a policy; the usual one is the default policy until one is kept. Raises `Mistake` for another name."""
    with reading(gradebook) as connection:
        body = connection.execute(select(POLICIES.c.body).where(POLICIES.c.name == name)).scalar()
        names = connection.execute(select(POLICIES.c.name).order_by(POLICIES.c.name)).scalars().all()
    if body is not None:
        return decode(body, f"the policy {name}")
    if name == USUAL:
        return Policy()
    raise Mistake(f"there is no policy {name!r} in {gradebook.where}", f"Policies: {', '.join(names) or 'none'}.")
