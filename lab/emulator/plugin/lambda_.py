"""The module adds to Lambda: code that can be fetched, functions that the lab's Lambda host runs, and refusals."""

import json

from . import gateway, server
from .hooks import when_imported


@when_imported("moto.awslambda.models")
def _functions(models) -> None:
    from botocore.exceptions import ClientError

    function = models.LambdaFunction
    get_code = function.get_code
    init = function.__init__
    update_configuration = function.update_configuration
    get_configuration = function.get_configuration
    # moto neither accepts nor returns these.
    kept = ("LoggingConfig", "DeadLetterConfig", "KMSKeyArn")

    def keep(self, spec) -> None:
        self.lab_settings.update({name: spec[name] for name in kept if spec.get(name) is not None})

    def new(self, account_id, spec, region, version=1):
        self.lab_settings = {}
        init(self, account_id, spec, region, version)
        keep(self, spec)
        if (group := self.lab_settings.get("LoggingConfig", {}).get("LogGroup")) is not None:
            self.logs_group_name = group

    def code(self):
        answer = get_code(self)
        if self.package_type == "Zip":
            path = f"{self.account_id}/{self.region}/{self.function_name}/{self.version}"
            location = f"{server.own_endpoint()}{server.PREFIX}lambda-code/{path}"
            answer["Code"] = {"RepositoryType": "S3", "Location": location}
        return answer

    def updated(self, config_updates):
        keep(self, config_updates)
        if "TracingConfig" in config_updates:
            self.tracing_config = config_updates["TracingConfig"]
        if "EphemeralStorage" in config_updates:
            self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
        if (group := self.lab_settings.get("LoggingConfig", {}).get("LogGroup")) is not None:
            self.logs_group_name = group
        return update_configuration(self, config_updates)

    def configuration(self, on_create=False):
        return {**get_configuration(self, on_create), **self.lab_settings}

    def invoke(self, body, request_headers, response_headers):
        # No service between here and the gateway accepted the call: sent again, it would never end.
        if any(name.lower() == gateway.ORIGIN for name in dict(request_headers)):
            raise models.LambdaClientError("ServiceException", "no Lambda host runs in this lab")
        client = gateway.client("lambda", self.region)
        kind = dict(request_headers).get("x-amz-invocation-type", "RequestResponse")
        try:
            answer = client.invoke(FunctionName=self.function_arn, InvocationType=kind, Payload=body or b"{}")
        except ClientError as error:
            details = error.response["Error"]
            raise models.LambdaClientError(details["Code"], details["Message"]) from error
        for name, key in (("x-amz-function-error", "FunctionError"), ("x-amz-log-result", "LogResult")):
            if answer.get(key):
                response_headers[name] = answer[key]
        return answer["Payload"].read()

    url = models.FunctionUrlConfig
    url_init = url.__init__

    def new_url(self, function, config):
        url_init(self, function, config)
        # AWS ends it with a slash.
        self.url += "/"

    url.__init__ = new_url
    function.__init__ = new
    function.get_code = code
    function.update_configuration = updated
    function.get_configuration = configuration
    function.invoke = invoke


# With these, recordings of AWS were refused.
DEPRECATED = {"dotnetcore3.1", "go1.x", "java8", "nodejs12.x", "nodejs14.x", "provided", "python3.7", "ruby2.7"}
LARGEST_ENVIRONMENT = 4_096


@when_imported("moto.awslambda.models")
def _refusals(models) -> None:
    """Lambda refuses these functions, and moto creates them (lab/test/integration/recorded/)."""
    refused = models.InvalidParameterValueException
    backend = models.LambdaBackend
    create, validate_code, get_url = (
        backend.create_function,
        models._validate_s3_bucket_and_key,
        backend.get_function_url_config,
    )
    update = backend.update_function_configuration

    def check(spec) -> None:
        if (runtime := spec.get("Runtime")) in DEPRECATED:
            raise refused(
                f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
                "We recommend you use a supported runtime while creating or updating functions."
            )
        variables = json.dumps((spec.get("Environment") or {}).get("Variables") or {}, separators=(",", ":"))
        if len(variables) > LARGEST_ENVIRONMENT:
            raise refused(
                "Lambda was unable to configure your environment variables because the environment variables you have "
                f"provided exceeded the 4KB limit. String measured: {variables}"
            )

    def create_function(self, spec):
        check(spec)
        return create(self, spec)

    def update_configuration(self, function_name, qualifier, body):
        check(body)
        return update(self, function_name, qualifier, body)

    def code_of(account_id, partition, data):
        key = validate_code(account_id, partition, data)
        if key is None:
            raise refused(
                "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."
            )
        return key

    def get_url_config(self, name_or_arn):
        try:
            return get_url(self, name_or_arn)
        except models.UnknownFunctionException:
            raise models.GenericResourcNotFound() from None

    backend.create_function = create_function
    backend.update_function_configuration = update_configuration
    backend.get_function_url_config = get_url_config
    models._validate_s3_bucket_and_key = code_of


@server.route("lambda-code")
def _lambda_code(_environ: dict, path: str) -> tuple[str, str, bytes]:
    from moto.awslambda.models import lambda_backends

    account, region, name, version = path.split("/")
    function = lambda_backends[account][region].get_function(name, version)
    return "200 OK", "application/zip", function.code_bytes
