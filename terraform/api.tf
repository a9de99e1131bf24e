####################################################################################################
# API
####################################################################################################

# An HTTP API whose table of routes is the document that the package serves: one route an operation, each throttled and
# each with its authorization. Nothing here costs anything while nobody calls.

resource "aws_apigatewayv2_api" "main" {
  count = local.has_api ? 1 : 0

  name          = "${local.prefix}-api"
  description   = "Images in and results out of ${local.prefix}; what it does is at /api/openapi.json."
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "function" {
  count = local.has_api ? 1 : 0

  api_id                 = aws_apigatewayv2_api.main[0].id
  integration_type       = "AWS_PROXY"
  integration_uri        = module.api[0].arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000 # the most there is; the function gives up a second before
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  count = local._authentication == "jwt" ? 1 : 0

  api_id           = aws_apigatewayv2_api.main[0].id
  name             = "${local.prefix}-jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.api.jwt.issuer
    audience = var.api.jwt.audience
  }
}

resource "aws_apigatewayv2_route" "main" {
  for_each = local.operations

  api_id             = aws_apigatewayv2_api.main[0].id
  route_key          = each.key
  operation_name     = each.value
  target             = "integrations/${aws_apigatewayv2_integration.function[0].id}"
  authorization_type = { iam = "AWS_IAM", jwt = "JWT", open = "NONE" }[local._authentication]
  authorizer_id      = one(aws_apigatewayv2_authorizer.jwt[*].id)

  # Who is signed in may use the models. Who may switch them is the issuer's to say, if a scope was given for it.
  authorization_scopes = contains(local._switches, each.value) ? compact([try(var.api.jwt.operator_scope, null)]) : null
}

# Its name is the first part of every path, so that a path is the same here, behind CloudFront and on a laptop.
resource "aws_apigatewayv2_stage" "api" {
  count = local.has_api ? 1 : 0

  api_id      = aws_apigatewayv2_api.main[0].id
  name        = "api"
  auto_deploy = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api[0].arn
    format          = jsonencode(local._access_log)
  }

  default_route_settings {
    throttling_rate_limit  = var.api.requests_per_second
    throttling_burst_limit = var.api.burst
  }

  dynamic "route_settings" {
    for_each = local.operations

    content {
      route_key              = route_settings.key
      throttling_rate_limit  = contains(local._switches, route_settings.value) ? 1 : var.api.requests_per_second
      throttling_burst_limit = contains(local._switches, route_settings.value) ? 5 : var.api.burst
    }
  }

  depends_on = [aws_apigatewayv2_route.main] # a limit is refused for a route that is not there
}

resource "aws_lambda_permission" "api" {
  for_each = toset([for key in keys(local.operations) : split(" ", key)[0]])

  statement_id  = "Api${title(lower(each.key))}"
  function_name = module.api[0].name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.main[0].execution_arn}/api/${each.key}/*" # it names the account
}

####################################################################################################
# Log
####################################################################################################

# A group under vendedlogs needs no policy of its own, of which an account has ten.
resource "aws_cloudwatch_log_group" "api" {
  count = local.has_api ? 1 : 0

  name              = "/aws/vendedlogs/${local.prefix}-api"
  retention_in_days = var.retention_days.logs
  kms_key_id        = local.kms_key == null ? null : local.kms_key.arn
}

locals {
  has_api         = var.api != null
  _authentication = try(var.api.authentication, "none")
  _switches       = ["switchOn", "switchOff", "switchAuto"]

  # "POST /images" = "createUpload", and so on.
  operations = merge([
    for path, item in jsondecode(file("${path.module}/../lambda_src/dayshift/openapi.json")).paths : {
      for method, operation in item : "${upper(method)} ${path}" => operation.operationId
      if contains(["get", "put", "post", "delete", "patch"], method)
    } if local.has_api
  ]...)

  # Who asked for what, when, and what came of it. No headers, no query, no path: these hold tokens and names of images.
  _access_log = merge(
    {
      time               = "$context.requestTime"
      request_id         = "$context.requestId"
      route              = "$context.routeKey"
      status             = "$context.status"
      integration_status = "$context.integrationStatus"
      latency_ms         = "$context.responseLatency"
      bytes              = "$context.responseLength"
      source_ip          = "$context.identity.sourceIp"
      error              = "$context.error.message"
    },
    { for name in local._authentication == "iam" ? ["$context.identity.userArn"] : [] : "caller" => name },
    { for name in local._authentication == "jwt" ? ["$context.authorizer.claims.sub"] : [] : "caller" => name },
  )
}
