# The HTTP API: a route for each operation of the document, none without its authorization and its limits.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name         = "acme-dayshift"
  environment  = "test"
  region       = "eu-west-1"
  package_file = "./tests/mocks/package.txt"
  models       = { signs = { family = "rekognition", prefix = "signs/" } }
  api          = {}
}

run "without_api_there_is_none_of_it" {
  variables {
    api = null
  }

  assert {
    condition = (
      output.api == null && output.api_policies == null && output.deployment.api_url == null && !contains(keys(output.deployment.functions), "api") &&
      length(aws_apigatewayv2_api.main) + length(aws_apigatewayv2_route.main) + length(aws_dynamodb_table.counts) + length(module.api) == 0
    )
    error_message = "wanted nothing, got ${jsonencode(output.deployment)}"
  }
}

run "there_is_one_route_for_each_operation_of_the_document" {
  assert {
    condition = length(aws_apigatewayv2_route.main) == length(flatten([
      for item in values(jsondecode(file("../lambda_src/dayshift/openapi.json")).paths) : keys(item)
    ]))
    error_message = "got ${jsonencode(keys(aws_apigatewayv2_route.main))}"
  }

  assert {
    condition = alltrue([
      for key, route in aws_apigatewayv2_route.main :
      route.route_key == key && route.operation_name == (
        jsondecode(file("../lambda_src/dayshift/openapi.json")).paths[split(" ", key)[1]][lower(split(" ", key)[0])].operationId
      )
    ])
    error_message = "got ${jsonencode({ for key, route in aws_apigatewayv2_route.main : key => route.operation_name })}"
  }

  assert {
    condition     = length(distinct([for route in aws_apigatewayv2_route.main : route.target])) == 1 && startswith(aws_apigatewayv2_route.main["POST /images"].target, "integrations/")
    error_message = "wanted one function behind all, got ${jsonencode([for route in aws_apigatewayv2_route.main : route.target])}"
  }
}

run "by_default_every_route_wants_a_request_signed_with_aws_keys" {
  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.main : route.authorization_type == "AWS_IAM"])
    error_message = "got ${jsonencode({ for key, route in aws_apigatewayv2_route.main : key => route.authorization_type })}"
  }

  assert {
    condition     = length(aws_apigatewayv2_authorizer.jwt) == 0 && output.api.authentication == "iam" && output.api.page_url == null
    error_message = "got ${jsonencode(output.api)}"
  }
}

run "with_jwt_every_route_wants_a_token_and_the_switches_the_operators_scope" {
  variables {
    api = {
      authentication = "jwt"
      jwt            = { issuer = "https://login.example.com/", audience = ["dayshift"], operator_scope = "dayshift/operate" }
      page           = false
    }
  }

  assert {
    condition = alltrue([
      for route in aws_apigatewayv2_route.main : route.authorization_type == "JWT" && route.authorizer_id == aws_apigatewayv2_authorizer.jwt[0].id
    ])
    error_message = "got ${jsonencode({ for key, route in aws_apigatewayv2_route.main : key => route.authorization_type })}"
  }

  assert {
    condition = jsonencode(sort([
      for key, route in aws_apigatewayv2_route.main : key if route.authorization_scopes != null && contains(coalesce(route.authorization_scopes, []), "dayshift/operate")
    ])) == jsonencode(["POST /models/{name}/auto", "POST /models/{name}/off", "POST /models/{name}/on"])
    error_message = "got ${jsonencode({ for key, route in aws_apigatewayv2_route.main : key => route.authorization_scopes })}"
  }

  assert {
    condition = (
      aws_apigatewayv2_authorizer.jwt[0].authorizer_type == "JWT" &&
      aws_apigatewayv2_authorizer.jwt[0].jwt_configuration[0].issuer == "https://login.example.com/" &&
      join(" ", aws_apigatewayv2_authorizer.jwt[0].jwt_configuration[0].audience) == "dayshift" &&
      join(" ", aws_apigatewayv2_authorizer.jwt[0].identity_sources) == "$request.header.Authorization"
    )
    error_message = "got ${jsonencode(aws_apigatewayv2_authorizer.jwt[0])}"
  }
}

run "only_open_lets_anybody_in" {
  variables {
    api = { authentication = "open", page = false }
  }

  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.main : route.authorization_type == "NONE"]) && length(aws_apigatewayv2_authorizer.jwt) == 0
    error_message = "got ${jsonencode({ for key, route in aws_apigatewayv2_route.main : key => route.authorization_type })}"
  }
}

run "every_route_is_throttled_and_the_switches_more_than_the_rest" {
  variables {
    api = { requests_per_second = 7, burst = 9 }
  }

  assert {
    condition = jsonencode({
      for limit in aws_apigatewayv2_stage.api[0].route_settings : limit.route_key => [limit.throttling_rate_limit, limit.throttling_burst_limit]
      }) == jsonencode({
      for key, id in local.operations : key => contains(["switchOn", "switchOff", "switchAuto"], id) ? [1, 5] : [7, 9]
    })
    error_message = "got ${jsonencode(aws_apigatewayv2_stage.api[0].route_settings)}"
  }

  assert {
    condition = jsonencode([
      for limit in aws_apigatewayv2_stage.api[0].default_route_settings : [limit.throttling_rate_limit, limit.throttling_burst_limit]
    ]) == jsonencode([[7, 9]])
    error_message = "got ${jsonencode(aws_apigatewayv2_stage.api[0].default_route_settings)}"
  }
}

run "the_log_of_requests_holds_no_token_no_query_and_no_path" {
  assert {
    condition = length(setintersection(
      toset(regexall("\\$context\\.[a-zA-Z.]+", aws_apigatewayv2_stage.api[0].access_log_settings[0].format)),
      ["$context.path", "$context.queryString", "$context.authorizer.token", "$context.identity.accessKey", "$context.domainName"],
    )) == 0 && !strcontains(aws_apigatewayv2_stage.api[0].access_log_settings[0].format, "header")
    error_message = "got ${aws_apigatewayv2_stage.api[0].access_log_settings[0].format}"
  }

  assert {
    condition = (
      jsondecode(aws_apigatewayv2_stage.api[0].access_log_settings[0].format).caller == "$context.identity.userArn" &&
      aws_cloudwatch_log_group.api[0].name == "/aws/vendedlogs/acme-dayshift-test-api" && aws_cloudwatch_log_group.api[0].retention_in_days == 365
    )
    error_message = "got ${aws_apigatewayv2_stage.api[0].access_log_settings[0].format}"
  }
}

run "only_our_api_calls_the_function_by_the_methods_it_has" {
  assert {
    condition = jsonencode({
      for method, permission in aws_lambda_permission.api : method => [permission.principal, permission.action, permission.source_arn]
      }) == jsonencode({
      for method in ["GET", "POST"] : method => [
        "apigateway.amazonaws.com", "lambda:InvokeFunction", "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/api/${method}/*",
      ]
    })
    error_message = "got ${jsonencode(aws_lambda_permission.api)}"
  }
}

run "callers_and_operators_have_policies_that_name_their_routes" {
  assert {
    condition = jsonencode([
      for role in ["caller", "operator"] : sort(jsondecode(output.api_policies[role]).Statement[0].Resource)
      ]) == jsonencode([
      sort(concat([for route in ["GET/images/*", "GET/models", "GET/openapi.json", "GET/results.csv", "POST/images", "POST/recognize"] :
        "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/api/${route}"
      ])),
      sort(concat([for route in ["GET/images/*", "GET/models", "GET/openapi.json", "GET/results.csv", "POST/images", "POST/recognize", "POST/models/*/auto", "POST/models/*/off", "POST/models/*/on"] :
        "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/api/${route}"
      ])),
    ])
    error_message = "got ${jsonencode(output.api_policies)}"
  }
}

run "somebody_is_told_when_the_api_fails_or_turns_callers_away" {
  variables {
    alarm_topic_arns = ["arn:aws:sns:eu-west-1:123456789012:on-call"]
  }

  assert {
    condition = jsonencode([
      for alarm in [aws_cloudwatch_metric_alarm.api_failing[0], aws_cloudwatch_metric_alarm.api_throttled[0]] :
      [alarm.namespace, alarm.metric_name, join(" ", alarm.alarm_actions), alarm.treat_missing_data]
      ]) == jsonencode([
      ["AWS/ApiGateway", "5xx", "arn:aws:sns:eu-west-1:123456789012:on-call", "notBreaching"],
      ["Dayshift", "ApiThrottled-acme-dayshift-test", "arn:aws:sns:eu-west-1:123456789012:on-call", "notBreaching"],
    ])
    error_message = "got ${jsonencode(aws_cloudwatch_metric_alarm.api_failing)} and ${jsonencode(aws_cloudwatch_metric_alarm.api_throttled)}"
  }

  assert {
    condition     = aws_cloudwatch_log_metric_filter.api_throttled[0].log_group_name == aws_cloudwatch_log_group.api[0].name && contains(keys(aws_cloudwatch_metric_alarm.errors), "api")
    error_message = "got ${jsonencode(keys(aws_cloudwatch_metric_alarm.errors))}"
  }
}
