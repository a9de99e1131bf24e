"""DynamoDB: how many images each caller has sent on a day.

{"caller": "<owner>", "day": "2026-11-21", "images": 17, "expires_at": 1795392000}
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=2)


class DynamoDbCounts:
    """One table; a day is UTC's."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, images_a_day: int) -> None:
        self._dynamodb, self._table, self._images_a_day = dynamodb, table, images_a_day

    def take(self, owner: str, now: datetime) -> bool:
        """One UpdateItem that counts only as long as there are fewer: no two requests take the same last place."""
        with surroundings("counting an image"):
            try:
                self._dynamodb.update_item(
                    TableName=self._table,
                    Key={"caller": {"S": owner}, "day": {"S": f"{now:%Y-%m-%d}"}},
                    UpdateExpression="ADD #images :one SET #expires_at = :then",
                    ConditionExpression="attribute_not_exists(#images) OR #images < :most",
                    ExpressionAttributeNames={"#images": "images", "#expires_at": "expires_at"},
                    ExpressionAttributeValues={
                        ":one": {"N": "1"},
                        ":most": {"N": str(self._images_a_day)},
                        ":then": {"N": str(round((now + KEPT).timestamp()))},
                    },
                )
            except ClientError as error:
                if code_of(error) == "ConditionalCheckFailedException":
                    return False
                raise
        return True
