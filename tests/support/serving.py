"""The teaching page, served for a test: on a free port of this machine, in a thread of this process."""

import contextlib
import http.client
import json
import threading
import time

import uvicorn

from regimesim.app.controls import read_trees
from regimesim.app.server import LOOPBACK, application
from regimesim.cli.demo import listen


class Served:
    """A running page."""

    def __init__(self, port):
        self.port = port
        self.address = f"http://127.0.0.1:{port}"

    def send(self, method, path, body=b"", **headers):
        """Status, headers and body of an answer; the path goes out as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host="host" in headers)
            for name, value in ({"content-length": str(len(body))} | headers).items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def post(self, question, body):
        """Status and answer of a question; the body is JSON, or bytes as they are."""
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, _, found = self.send("POST", f"/api/{question}", text, content_type="application/json")
        return status, json.loads(found)

    def ask(self, question, **body):
        """The answer to a question that must be answered."""
        status, found = self.post(question, body)
        assert status == 200, found
        return found


@contextlib.contextmanager
def serving(hosts=LOOPBACK, **options):
    """A page that is served while the block runs."""
    listening = listen("127.0.0.1", 0)
    page = application(read_trees()[0], hosts, **options)
    config = uvicorn.Config(page, log_level="error", lifespan="off", ws="none", http="h11", loop="asyncio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield Served(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()
