"""Each caller's images of a day, in DynamoDB."""

from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from dayshift.adapters.counts import DynamoDbCounts
from dayshift.domain.errors import TransientError
from tests.fakes import NOON

TABLE = "acme-test-api-counts"


def table() -> Any:
    dynamodb: Any = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("caller", "day")],
        KeySchema=[{"AttributeName": "caller", "KeyType": "HASH"}, {"AttributeName": "day", "KeyType": "RANGE"}],
    )
    return dynamodb


def test_so_many_a_day_and_caller_and_then_no_more() -> None:
    dynamodb = table()
    counts = DynamoDbCounts(dynamodb, TABLE, 2)
    assert [counts.take("ada", NOON) for _ in range(4)] == [True, True, False, False]
    assert counts.take("bob", NOON)
    assert counts.take("ada", NOON + timedelta(hours=12)), "after midnight UTC"
    kept = dynamodb.get_item(TableName=TABLE, Key={"caller": {"S": "ada"}, "day": {"S": "2026-11-20"}})["Item"]
    assert kept["images"] == {"N": "2"}
    assert kept["expires_at"] == {"N": str(round((NOON + timedelta(days=2)).timestamp()))}


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "AccessDeniedException", "InternalServerError"]
)
def test_a_table_that_refuses_is_no_limit_reached(code: str) -> None:
    dynamodb = table()

    def fail(model: Any, **_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": ""}}, model.name)

    dynamodb.meta.events.register("before-call", fail)
    with pytest.raises(TransientError, match=code):
        DynamoDbCounts(dynamodb, TABLE, 2).take("ada", NOON)
