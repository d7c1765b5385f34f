"""The server is moto's, with the lab's own routes in front of it."""

import json
import logging
import os
import re
import threading
import traceback
from collections.abc import Callable
from urllib.parse import unquote
from xml.sax.saxutils import escape

from . import gateway

Route = Callable[[dict, str], tuple[str, str, bytes]]
_routes: dict[str, Route] = {}

PREFIX = "/_lab/"


def route(name: str) -> Callable[[Route], Route]:
    """Serves `/_lab/<name>/<rest>`: the function gets the WSGI environment and `rest`; it returns status, type,
    body."""

    def register(handler: Route) -> Route:
        _routes[name] = handler
        return handler

    return register


@route("gateway")
def _gateway(environ: dict, _rest: str) -> tuple[str, str, bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    gateway.set_endpoint(json.loads(body)["endpoint"])
    return "200 OK", "application/json", b"{}"


def own_endpoint() -> str:
    """Returns the URL at which this server answers."""
    return f"http://127.0.0.1:{os.environ['MOTO_PORT']}"


Target = Callable[[str, dict, str, str], dict]
_targets: dict[str, Target] = {}


def target(name: str) -> Callable[[Target], Target]:
    """Answers the JSON calls of a service that moto lacks: the function gets action, body, account and region, and
    returns the body."""

    def register(handler: Target) -> Target:
        _targets[name] = handler
        return handler

    return register


class LabApplication:
    """The application has the lab's routes, then moto. What moto cannot do is an AWS error and not a page that SDKs
    retry for minutes."""

    def __init__(self, moto_application):
        self._moto = moto_application

    def load(self, services: dict[str, str]) -> None:
        """Loads what moto otherwise loads at the first request of a service. @param services botocore's name of each of
        moto's"""
        from moto.core.utils import get_service_model

        for name, model in services.items():
            app = self._moto.app_instances[name] = self._moto.create_app(name)
            app.url_map.update()
            get_service_model(model)

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX):
            return self._own(path.removeprefix(PREFIX), environ, start_response)
        service, _, action = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        try:
            if service in _targets:
                return _json(_targets[service], action, environ, start_response)
            return self._moto(environ, start_response)
        except NotImplementedError as error:
            return _error(environ, start_response, "501 Not Implemented", "NotImplemented", str(error))
        except Refusal as error:
            return _error(environ, start_response, "400 Bad Request", error.code, str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an AWS error and the log the trace
            traceback.print_exc()
            return _error(environ, start_response, "500 Internal Server Error", "InternalFailure", repr(error))

    @staticmethod
    def _own(rest: str, environ, start_response):
        name, _, argument = rest.partition("/")
        handler = _routes.get(name)
        status, content_type, body = (
            handler(environ, unquote(argument)) if handler else ("404 Not Found", "text/plain", b"no such route")
        )
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]


#: These services answer in XML, unless the request is in JSON (newer SDKs do so for some of them).
_XML = frozenset(
    "autoscaling cloudformation ec2 elasticloadbalancing iam monitoring rds route53 s3 sns sqs sts".split()
)

_ENVELOPES = {
    "ec2": "<Response><Errors>{}</Errors><RequestID>lab</RequestID></Response>",
    "s3": "{}",
}
_ENVELOPE = "<ErrorResponse>{}<RequestId>lab</RequestId></ErrorResponse>"


class Refusal(Exception):
    """A service answers with this to a call that it does not accept."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def _json(handler: Target, action: str, environ, start_response):
    from moto.core import DEFAULT_ACCOUNT_ID

    body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
    region = re.search(r"Credential=[^/]+/\d+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    account = environ.get("HTTP_X_MOTO_ACCOUNT_ID") or DEFAULT_ACCOUNT_ID
    answer = json.dumps(handler(action, body, account, region.group(1) if region else "us-east-1")).encode()
    headers = [("Content-Type", "application/x-amz-json-1.0"), ("Content-Length", str(len(answer)))]
    start_response("200 OK", headers)
    return [answer]


def _error(environ, start_response, status: str, code: str, message: str):
    # 501 is not among the statuses that SDKs retry.
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    service = scope.group(1) if scope else ""
    if service in _XML and "json" not in environ.get("CONTENT_TYPE", ""):
        content_type = "text/xml"
        error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        body = _ENVELOPES.get(service, _ENVELOPE).format(error).encode()
    else:
        content_type = "application/json"
        body = json.dumps({"__type": code, "message": message}).encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("x-amzn-errortype", code)]
    start_response(status, headers)
    return [body]


def application() -> LabApplication:
    """Returns the application of a server, without any service loaded."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    return LabApplication(DomainDispatcherApplication(create_backend_app))


def serve(announce_fd: int | None, app: LabApplication) -> None:
    """Serves on a free port of 127.0.0.1 and writes the port to `announce_fd` as soon as the socket listens."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    server = make_server("127.0.0.1", 0, app, threaded=True)
    os.environ["MOTO_PORT"] = str(server.server_port)
    if announce_fd is not None:
        os.write(announce_fd, f"{server.server_port}\n".encode())
        os.close(announce_fd)
    server.serve_forever()


def end_with(fd: int) -> None:
    """Ends this process when the lab's ends, for whatever reason: the other end of the pipe or socket `fd` closes."""

    def watch() -> None:
        while os.read(fd, 4096):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
