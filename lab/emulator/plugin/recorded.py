"""Services as they answer in recordings (lab/test/integration/recorded/): what moto accepts and AWS refuses, and the
errors that moto gives another type, status or text."""

import json

from .hooks import when_imported

PROTOCOLS = {"http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"}
LONGEST_MESSAGE = 262_144


@when_imported("moto.sns.models")
def _topics(models) -> None:
    from moto.sns.exceptions import SNSInvalidParameter, TopicNotFound

    backend = models.SNSBackend
    publish, subscribe = backend.publish, backend.subscribe

    def of_topic(self, message, arn, phone_number=None, subject=None, **more):
        if not message:
            raise SNSInvalidParameter("Invalid parameter: Empty message")
        if subject == "":
            raise SNSInvalidParameter("Invalid parameter: Subject")
        if len(message.encode()) > LONGEST_MESSAGE:
            raise SNSInvalidParameter("Invalid parameter: Message too long")
        # An endpoint of a device has a path.
        if arn and "/" not in arn:
            elements = arn.split(":")
            if len(elements) < 6:
                text = f"Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not {len(elements)}"
                raise SNSInvalidParameter(text)
            if elements[3] != self.region_name:
                raise SNSInvalidParameter("Invalid parameter: TopicArn")
            if arn not in self.topics:
                raise TopicNotFound()
        return publish(self, message, arn, phone_number=phone_number, subject=subject, **more)

    def with_protocol(self, topic_arn, endpoint, protocol):
        if protocol not in PROTOCOLS:
            text = f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}"
            raise SNSInvalidParameter(text)
        return subscribe(self, topic_arn, endpoint, protocol)

    backend.publish = of_topic
    backend.subscribe = with_protocol


@when_imported("moto.sns.responses")
def _message_attributes(responses) -> None:
    from moto.sns.exceptions import SNSException

    transform = responses.SNSResponse._transform_message_attributes

    def transformed(self, message_attributes):
        for name, value in message_attributes.items():
            if value.get("StringValue") == "":
                raise SNSException(
                    "ParameterValueInvalid",
                    f"The message attribute '{name}' must contain non-empty message attribute value for message attribute "
                    f"type '{value['DataType']}'.",
                )
        return transform(self, message_attributes)

    responses.SNSResponse._transform_message_attributes = transformed


@when_imported("moto.sqs.responses")
def _receipts(responses) -> None:
    receive = responses.SQSResponse.receive_message

    def in_range(self, name, low, high, text):
        value = self._get_param(name)
        if value is not None and not low <= int(value) <= high:
            raise responses.SQSException(
                "InvalidParameterValue", f"Value {value} for parameter {name} is invalid. Reason: {text}, if provided."
            )

    def receive_message(self):
        in_range(self, "MaxNumberOfMessages", 1, 10, "Must be between 1 and 10")
        in_range(self, "WaitTimeSeconds", 0, 20, "Must be >= 0 and <= 20")
        return receive(self)

    responses.SQSResponse.receive_message = receive_message


@when_imported("moto.sqs.models")
def _queues(models) -> None:
    create = models.SQSBackend.create_queue

    def create_queue(self, name, tags=None, **kwargs):
        queue = self.queues.get(name)
        if queue is not None:
            wanted = {key: value for key, value in kwargs.items() if key != "region"}
            other = models.Queue(name, region=self.region_name, account_id=self.account_id, **wanted)
            for key in wanted:
                if queue.attributes.get(key) != other.attributes.get(key):
                    raise models.QueueAlreadyExists(
                        f"A queue already exists with the same name and a different value for attribute {key}"
                    )
        return create(self, name, tags, **kwargs)

    models.SQSBackend.create_queue = create_queue


@when_imported("moto.iam.models")
def _policies(models) -> None:
    from moto.iam.exceptions import MalformedPolicyDocument, ValidationError

    backend = models.IAMBackend
    create, attach, get = backend.create_role, backend.attach_role_policy, backend.get_policy

    def create_role(self, role_name, assume_role_policy_document, *args, **kwargs):
        try:
            json.loads(assume_role_policy_document)
        except ValueError:
            raise MalformedPolicyDocument("This policy contains invalid Json") from None
        return create(self, role_name, assume_role_policy_document, *args, **kwargs)

    def attach_role_policy(self, policy_arn, role_name):
        if not policy_arn.startswith("arn:"):
            raise ValidationError("Invalid ARN:  Could not be parsed!")
        return attach(self, policy_arn, role_name)

    def get_policy(self, policy_arn):
        if policy_arn not in self.managed_policies:
            raise models.NotFoundException(f"Policy {policy_arn} was not found.")
        return get(self, policy_arn)

    backend.create_role = create_role
    backend.attach_role_policy = attach_role_policy
    backend.get_policy = get_policy


@when_imported("moto.secretsmanager.exceptions")
def _secret_status(exceptions) -> None:
    """Secrets Manager has one status for all refusals."""
    for name in ("ResourceNotFoundException", "SecretNotFoundException", "SecretHasNoValueException"):
        init = getattr(exceptions, name).__init__

        def refused(self, *args, _init=init, **kwargs):
            _init(self, *args, **kwargs)
            self.code = 400

        getattr(exceptions, name).__init__ = refused


@when_imported("moto.secretsmanager.models")
def _secrets(models) -> None:
    create = models.SecretsManagerBackend.create_secret

    def create_secret(self, name, *args, **kwargs):
        existing = self.secrets[name] if name in self.secrets.keys() else None
        if existing is not None and existing.is_deleted():
            raise models.InvalidRequestException(
                "You can't create this secret because a secret with this name is already scheduled for deletion."
            )
        return create(self, name, *args, **kwargs)

    models.SecretsManagerBackend.create_secret = create_secret


@when_imported("moto.dynamodb.models")
def _tables(models) -> None:
    delete = models.DynamoDBBackend.delete_table

    def delete_table(self, name):
        try:
            return delete(self, name)
        except models.ResourceNotFoundException:
            raise models.ResourceNotFoundException(table_name=name) from None

    models.DynamoDBBackend.delete_table = delete_table


@when_imported("moto.kms.responses")
def _key_ids(responses) -> None:
    validate = responses.KmsResponse._validate_cmk_id

    def validated(self, key_id):
        try:
            validate(self, key_id)
        except responses.NotFoundException as error:
            if "Invalid keyId" not in str(error.message):
                raise
            raise responses.NotFoundException(f"Invalid keyId '{key_id}'") from None

    responses.KmsResponse._validate_cmk_id = validated
