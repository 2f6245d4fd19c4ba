from pathlib import Path
from tests.lists.delegations import Gathering


async def test_try(gathering: Gathering):
    for n in ("delegations", "participants", "attendance", "name-plates"):
        r = await gathering.read(n, order="protocol")
        print(
            n,
            r.get("title"),
            [(i["entity"]["abbreviation"], i["name"]) for i in r["items"]] if "items" in r else r,
        )
        for s in ("csv", "xlsx", "pdf"):
            for l in ("en", "ar", "zh", "ru", "fr", "es"):
                f = await gathering.file(f"{n}.{s}", language=l, order="protocol")
                Path("/tmp/lists").mkdir(exist_ok=True)
                Path(f"/tmp/lists/{n}-{l}.{s}").write_bytes(f.content)
            print(f.headers)
    print(await gathering.read("delegations/changes", since="2021-09-01T12:00:00Z"))
    print((await gathering.file("delegations/changes.txt", since="2021-09-01T11:00:00Z")).text)
    print((await gathering.file("delegations/changes.csv", since="2021-09-01T11:00:00Z")).text)
