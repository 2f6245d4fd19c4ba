"""What a failure of the database says of what people wrote."""

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError


async def test_an_error_names_no_parameters(app: FastAPI) -> None:
    statement = text("SELECT 1 / cast(length(:written) AS integer) FROM nowhere")
    with pytest.raises(DBAPIError) as found:
        async with app.state.database.transaction() as session:
            await session.execute(statement, {"written": "a.rossi@example.org"})
    assert "nowhere" in str(found.value)
    assert "a.rossi" not in str(found.value)
