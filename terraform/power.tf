####################################################################################################
# Power
####################################################################################################

# One reconcile behind three doors: the tick, and the openings and closings that hurry it. None where no model is powered.

module "power" {
  source   = "./modules/function"
  for_each = local.is_powered ? local._power_functions : {}

  name            = "${local.prefix}-${each.key}"
  description     = each.value.description
  handler         = "dayshift.handlers.${each.key}.handle"
  memory_mb       = var.memory_mb.reconcile
  timeout_seconds = each.value.timeout_seconds
  settings        = local.function_settings
  kms_key         = local.kms_key
  retries         = { attempts = 0, age_seconds = 60 } # the next tick does the same, and better

  environment = {
    PARAMETERS = local.parameters_path
    DEPLOYMENT = local.prefix
  }

  statements = concat(
    [
      {
        sid       = "ReadParameters"
        actions   = ["ssm:GetParametersByPath"]
        resources = [local._parameters_arn, "${local._parameters_arn}/*"]
      },
      {
        sid       = "RememberAndSwitch"
        actions   = ["ssm:PutParameter"]
        resources = [for kept in ["memory", "override"] : "${local._parameters_arn}/*/${kept}"] # not the spec
      },
    ],
    [
      for names in [setsubtract(local.powered, concat(local.fleets, local.jobs))] : {
        sid       = "OpenAndClose"
        actions   = ["lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping"]
        resources = [for name in names : "arn:${local.account.partition}:lambda:${local.account.region}:${local.account.id}:event-source-mapping:${module.models[name].mapping_uuid}"]
        condition = { StringEquals = { "lambda:FunctionArn" = [for name in names : module.models[name].labeler_arn] } }
      } if length(names) > 0
    ],
    [
      {
        sid       = "CountMessages"
        actions   = ["sqs:GetQueueAttributes"]
        resources = [for name in local.powered : module.models[name].queue_arn]
      },
    ],
    [
      for _ in range(local._reads_history ? 1 : 0) : {
        sid       = "ReadHistory"
        actions   = ["cloudwatch:GetMetricData"]
        resources = ["*"] # it has no resources to name
      }
    ],
    [
      for sid, statements in local._families_statements : {
        sid       = sid
        actions   = statements[0].actions
        resources = distinct(flatten(statements[*].resources))
        condition = try(statements[0].condition, {}) # the same for all models of a family
      }
    ],
  )
}

locals {
  powered         = sort([for name, model in var.models : name if model.power != null])
  is_powered      = length(local.powered) > 0
  parameters_path = "/${var.name}/${var.environment}/models"

  _parameters_arn = "arn:${local.account.partition}:ssm:${local.account.region}:${local.account.id}:parameter${local.parameters_path}"

  _power_functions = {
    start     = { timeout_seconds = 60, description = "Before an opening: starts the models that should run." }
    stop      = { timeout_seconds = 900, description = "At a closing, and before a destroy: closes, drains and stops." }
    reconcile = { timeout_seconds = 120, description = "At every tick: each powered model comes one step nearer to what it should be." }
  }

  # Only these models can ever need the queue's arrivals: those that cannot be woken in time, and fleets within their
  # hours, which sleep only once nothing has come for a while.
  _reads_history = anytrue([
    for name in local.powered : var.models[name].power == "on_deadline" || var.models[name].power == "office_hours" && contains(local.fleets, name)
  ])

  _families_statements = {
    for statement in flatten([for name in local.powered : module.models[name].power.statements]) : statement.sid => statement...
  }
}

####################################################################################################
# Backstop
####################################################################################################

# A role of its own that can do nothing but stop models.

resource "aws_iam_role" "backstop" {
  count = length(local._backstops) > 0 ? 1 : 0

  name               = "${local.prefix}-backstop"
  description        = "EventBridge Scheduler, to stop the models of ${local.prefix} without any code of ours."
  assume_role_policy = aws_iam_role.scheduler.assume_role_policy
}

resource "aws_iam_role_policy" "backstop" {
  count = length(local._backstops) > 0 ? 1 : 0

  name = "backstop"
  role = aws_iam_role.backstop[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        for action, backstops in local._backstops : merge(
          {
            Sid      = "Stop${replace(title(replace(action, ":", " ")), " ", "")}"
            Effect   = "Allow"
            Action   = [action]
            Resource = backstops[*].resource
          },
          { for condition in try([backstops[0].condition], []) : "Condition" => condition }, # one family, one condition
        )
      ],
      [
        for key in local.kms_key[*] : {
          Sid      = "ReadTheSchedule"
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = [key.arn]
        }
      ],
    )
  })
}

locals {
  _backstops = {
    for backstop in flatten([for name in local.powered : module.models[name].power.backstops]) : backstop.action => backstop...
  }
}
