####################################################################################################
# Parameters
####################################################################################################

# What reconcile and the `dayshift` command read; docs/decisions/0009 says why here.

resource "aws_ssm_parameter" "spec" {
  #checkov:skip=CKV2_AWS_34:Names and hours, no secrets; every operator must be able to read them.
  count = local.is_powered ? 1 : 0

  name        = "${local._parameters}/spec"
  description = "How the model ${var.name} is powered."
  type        = "String"
  tier        = length(local.closed_on) > 150 ? "Advanced" : "Standard" # a standard parameter holds 4 KB, a date takes 13
  tags        = local.tags

  value = jsonencode(local.spec)
}

resource "aws_ssm_parameter" "kept" {
  #checkov:skip=CKV2_AWS_34:Instants and counts, no secrets; every operator must be able to read them.
  for_each = { for name, description in local._kept : name => description if local.is_powered && (name != "gate" || !local.has_labeler) }

  name        = "${local._parameters}/${each.key}"
  description = each.value
  type        = "String"
  value       = "{}"
  tags        = local.tags

  lifecycle {
    ignore_changes       = [value] # the running system owns it
    replace_triggered_by = [terraform_data.target]
  }

  # Without an override a model stays off: from before the old one is let go of until the spec names the new one.
  depends_on = [aws_ssm_parameter.spec]
}

# Another target is another model, and so is one that is made from something else: nothing of the old one is remembered, and
# its override is not kept.
resource "terraform_data" "target" {
  input = local.identity
}

locals {
  is_powered  = var.model.power != null
  _parameters = "${var.parameters_path}/${var.name}"

  _kept = {
    memory   = "What reconcile remembers of the model ${var.name}; written by it alone."
    override = "A person's word about the model ${var.name}, written by the dayshift command; {} for none."
    gate     = "Whether ${local.is_job ? "jobs" : "the workers"} of ${var.name} may ${local.is_job ? "begin" : "take images"}: {\"open\":true}. Written by reconcile alone."
  }

  warmup_minutes = local.family.warmup_minutes
  usd_per_hour   = var.model.usd_per_hour == null ? local.family.usd_per_hour : var.model.usd_per_hour
  is_timed       = local.is_powered && try(length(var.model.hours.open), 0) > 0

  spec = {
    name         = var.name
    family       = var.model.family
    target       = local.target
    prefix       = var.model.prefix
    options      = local.family.options
    queue_url    = aws_sqs_queue.main.url
    queue_name   = aws_sqs_queue.main.name
    mapping_uuid = one(aws_lambda_event_source_mapping.queue[*].uuid)
    power        = var.model.power
    hours = local.is_timed ? {
      timezone  = var.model.hours.timezone
      open      = var.model.hours.open
      closed_on = local.closed_on
    } : null
    warmup_minutes                = local.warmup_minutes
    results_within_minutes        = var.model.results_within_minutes
    idle_minutes                  = var.model.idle_minutes
    images_per_minute             = var.model.images_per_minute * (local.is_fleet ? local.fleet.maximum_workers : 1)
    maximum_running_hours_per_day = var.model.maximum_running_hours_per_day
    usd_per_hour                  = local.usd_per_hour # of one worker, of a fleet
    fleet = !local.is_fleet ? null : {
      maximum              = local.fleet.maximum_workers
      images_per_minute    = var.model.images_per_minute
      clear_within_minutes = local.fleet.clear_within_minutes
      idle_minutes         = local.fleet.idle_minutes
    }
  }
}

####################################################################################################
# Hours
####################################################################################################

module "window" {
  source = "../running_window"
  count  = local.is_timed ? 1 : 0

  windows          = var.model.hours.open
  timezone         = var.model.hours.timezone
  closed_on        = var.model.hours.closed_on
  holidays_of      = var.model.hours.holidays_of
  warmup_minutes   = local.warmup_minutes
  backstop_minutes = local.backstop_minutes
  grace_minutes    = local.grace_minutes
}

locals {
  # What came just before closing may be promised, and be read, so much later; the backstop fires half an hour after that.
  grace_minutes    = var.model.power == "on_deadline" ? var.model.results_within_minutes : 0
  backstop_minutes = local.grace_minutes + 30

  closed_on = flatten(module.window[*].closed_on)
  crons     = { for edge in ["starts", "stops", "backstops"] : edge => local._is_edged ? module.window[0][edge] : {} }

  _is_edged = local.is_timed && var.model.power != "always_on"
}
