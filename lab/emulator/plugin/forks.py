"""`python3 -m plugin.forks FOLDER/socket` forks a server for each lab that connects to the socket, which has a folder of
its own.

The first connection loads moto and the services that most labs use. Each server is a process of its own, so that no lab
shares state with another. A connection begins with a line of JSON: `directory`, `log` and `environment`. The answer is
a line with the process id, and a line with the port. The server ends when the connection does, and this process when
its stdin closes.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
import threading
import traceback

#: moto's name of each service, and botocore's.
SERVICES = {
    **{name: name for name in "iam sts s3 ec2 dynamodb logs sqs sns ssm ecs ecr cloudformation events kms".split()},
    **{name: name for name in "secretsmanager rds codebuild cloudwatch scheduler".split()},
    "awslambda": "lambda",
    "elb": "elb",
    "elbv2": "elbv2",
    "resourcegroupstaggingapi": "resourcegroupstaggingapi",
}


def main(path: str) -> None:
    # Nobody waits for the servers; the kernel removes them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    os.write(1, b"listening\n")
    application = None
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if 0 in ready and not os.read(0, 4096):
                break
            if listener.fileno() in ready:
                connection, _ = listener.accept()
                application = application or _loaded()
                if os.fork() == 0:
                    listener.close()
                    _serve(connection, application)
                connection.close()
    os.unlink(path)
    os.rmdir(os.path.dirname(path))


def _loaded():
    from . import changes, server  # noqa: F401 - the changes register themselves

    application = server.application()
    application.load(SERVICES)
    # A fork has the thread that forks, and no other: a lock that another holds would stay locked.
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join()
    # A collection would write to each object, and so copy the memory that the servers share.
    gc.collect()
    gc.freeze()
    return application


def _serve(connection: socket.socket, application) -> None:
    try:
        from moto.moto_api._internal import mock_random

        from . import server

        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # The lab ends it by its group.
        os.setsid()
        with connection.makefile("rb") as lines:
            request = json.loads(lines.readline())
        environment = request["environment"]
        # moto has read it.
        if environment["MOTO_ACCOUNT_ID"] != os.environ["MOTO_ACCOUNT_ID"]:
            return
        for fd, file in enumerate((os.devnull, request["log"], request["log"])):
            opened = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            os.dup2(opened, fd)
            os.close(opened)
        os.chdir(request["directory"])
        os.environ.clear()
        os.environ.update(environment)
        # Python does this with its own generator. Ids would be those of every other lab.
        mock_random.seed()
        server.end_with(connection.fileno())
        connection.sendall(f"{os.getpid()}\n".encode())
        server.serve(os.dup(connection.fileno()), application)
    except BaseException:  # noqa: BLE001 - the fork must not go on as the process that forks
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
