"""A store that speaks as much of S3 as the program asks of one, on the loopback.

It is no S3: it looks at who calls and at the digest of what is sent, and not at the signature; and
it keeps everything in memory.
"""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

KEY, SECRET, NAME = "key-of-tests", "secret-of-tests", "documents-of-tests"


@dataclass
class Bucket:
    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    """Method and kind of every request that was answered."""
    broken: bool = False
    pause: float = 0
    """Seconds before each answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            answer = await self.answer(request)
            await answer(scope, receive, send)

    async def answer(self, request: Request) -> Response:  # noqa: C901  # a case for each operation
        body = await request.body()
        await asyncio.sleep(self.pause)
        if self.broken:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403)
        if not request.headers.get("authorization", "").startswith(
            f"AWS4-HMAC-SHA256 Credential={KEY}/"
        ):
            return Response("<Error><Code>AccessDenied</Code></Error>", 403)
        said = request.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        if said not in {"UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()}:
            return Response("<Error><Code>XAmzContentSHA256Mismatch</Code></Error>", 400)
        key = request.url.path.removeprefix(f"/{NAME}").lstrip("/")
        query = request.query_params
        kind = next((name for name in ("uploads", "uploadId", "list-type") if name in query), "")
        self.seen.append(f"{request.method} {kind}".strip())
        match request.method, kind:
            case "GET", "list-type":
                return self.listing(query.get("prefix", ""))
            case "POST", "uploads":
                upload = f"upload-{len(self.parts)}"
                self.parts[upload] = {}
                return xml("InitiateMultipartUploadResult", f"<UploadId>{upload}</UploadId>")
            case "PUT", "uploadId":
                self.parts[query["uploadId"]][int(query["partNumber"])] = body
                return Response(headers={"ETag": etag(body)})
            case "POST", "uploadId":
                parts = self.parts.pop(query["uploadId"])
                self.objects[key] = b"".join(parts[number] for number in sorted(parts))
                made = f"<ETag>{escape(etag(self.objects[key]))}</ETag>"
                return xml("CompleteMultipartUploadResult", made)
            case "DELETE", "uploadId":
                self.parts.pop(query["uploadId"], None)
                return Response(status_code=204)
            case "PUT", _:
                self.objects[key] = body
                return Response(headers={"ETag": etag(body)})
            case "DELETE", _:
                self.objects.pop(key, None)
                return Response(status_code=204)
            case _:
                return self.read(key, request.headers.get("range"))

    def read(self, key: str, asked: str | None) -> Response:
        content = self.objects.get(key)
        if content is None:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
        headers = {"ETag": etag(content), "Last-Modified": format_datetime(now(), usegmt=True)}
        if asked is None:
            return Response(content, headers=headers)
        first, _, last = asked.removeprefix("bytes=").partition("-")
        begins, ends = int(first), min(int(last or len(content)), len(content) - 1) + 1
        headers["Content-Range"] = f"bytes {begins}-{ends - 1}/{len(content)}"
        return Response(content[begins:ends], 206, headers=headers)

    def listing(self, prefix: str) -> Response:
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size>"
            f"<LastModified>{now().isoformat()}</LastModified><ETag>{etag(content)}</ETag></Contents>"
            for key, content in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        return xml("ListBucketResult", f"<IsTruncated>false</IsTruncated>{found}")


def xml(name: str, inner: str) -> Response:
    return Response(f"<{name}>{inner}</{name}>", media_type="application/xml")


def etag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def serving(app: object) -> AsyncIterator[str]:
    """The address of an ASGI application on the loopback."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="none")  # type: ignore[arg-type]  # any of them
        server = uvicorn.Server(config)
        task = asyncio.create_task(server._serve([listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await task
