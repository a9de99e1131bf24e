####################################################################################################
# Model
####################################################################################################

output "prefix" {
  description = "Keys that begin with this are the model's, for example \"incoming/signs/\"."
  value       = var.model.prefix
}

output "target" {
  description = "What the family runs, for example the name of an endpoint; null for a family that is always there."
  value       = local.target
}

output "identity" {
  description = "The target, and what a start makes it from: with another it is another model, and the old one has to be stopped first."
  value       = local.identity
}

output "options" {
  description = "What the package is told of the model's options."
  value       = local.family.options
}

output "read_statements" {
  description = "What whoever reads with the model may ask of it."
  value       = local.family.statements
}

####################################################################################################
# Queue
####################################################################################################

output "queue_url" {
  description = "URL of the queue."
  value       = aws_sqs_queue.main.url
}

output "queue_arn" {
  description = "ARN of the queue."
  value       = aws_sqs_queue.main.arn
}

output "queue_name" {
  description = "Name of the queue, for its metrics."
  value       = aws_sqs_queue.main.name
}

output "dlq_url" {
  description = "URL of the dead-letter queue."
  value       = aws_sqs_queue.dead_letters.url
}

output "dlq_name" {
  description = "Name of the dead-letter queue, for its alarm."
  value       = aws_sqs_queue.dead_letters.name
}

####################################################################################################
# Labeler
####################################################################################################

output "labeler_name" {
  description = "Name of the labeler; null for a fleet and for jobs."
  value       = one(module.labeler[*].name)
}

output "mapping_uuid" {
  description = "UUID of the event source mapping from the queue to the labeler; null for a fleet and for jobs."
  value       = one(aws_lambda_event_source_mapping.queue[*].uuid)
}

output "labeler_contract" {
  description = "The labeler as the tests hold it against tests/contract; null for a fleet and for jobs."
  value       = one(module.labeler[*].contract)
}

output "labeler_arn" {
  description = "ARN of the labeler; null for a fleet and for jobs."
  value       = one(module.labeler[*].arn)
}

####################################################################################################
# Workers
####################################################################################################

output "fleet" {
  description = "Group of the workers, and where the photos of the people lie that they know; null for other families."
  value       = local.is_fleet ? { group = module.fleet[0].name, gallery = local.gallery } : null
}

output "worker_contract" {
  description = "The worker as the tests hold it against tests/contract; null for other families."
  value       = one(module.fleet[*].contract)
}

output "service" {
  description = "Under which name what reads the queue logs and measures: the function's, or the group's."
  value       = local.is_fleet ? local._group : one(concat(module.labeler[*].name, module.jobs[*].name))
}

####################################################################################################
# Power
####################################################################################################

output "power" {
  description = "What start, stop and reconcile need of a powered model, and in words when it will run; null for others."
  value = !local.is_powered ? null : {
    parameters = local._parameters
    statements = local.family.power_statements
    backstops  = local.family.backstop
    window     = merge(local.crons, { timezone = local.is_timed ? var.model.hours.timezone : "UTC", backstop_minutes = local.backstop_minutes })
    in_words   = local.is_fleet ? local._fleet_in_words[var.model.power] : local.is_job ? local._job_in_words[var.model.power] : local._in_words[var.model.power]
    spec       = local.spec
  }
}

locals {
  _hours      = local.is_timed ? "${join(", ", var.model.hours.open)} ${var.model.hours.timezone}" : "day and night"
  _awake      = local.is_timed ? module.window[0].awake_hours_a_week : 168
  _a_month    = floor(local._awake * 365 / 12 / 7 * local.usd_per_hour + 0.5)
  _cost       = "${floor(local._awake * 10 + 0.5) / 10} h a week, ${local._a_month} USD a month at ${local.usd_per_hour} USD an hour"
  _to_be_open = "a start of ${local.warmup_minutes} + 3 to open"
  _promise    = "results within ${var.model.results_within_minutes} min while open ${local._hours}"

  _in_words = {
    always_on    = "always on: ${local._cost}"
    office_hours = "office hours: on ${local._hours} and ${local.warmup_minutes} min before, but on ${length(local.closed_on)} closed dates: ${local._cost}"
    on_deadline = (
      var.model.results_within_minutes >= local.warmup_minutes + 3
      ? "deadline wake: ${local._promise} leave time for ${local._to_be_open}: it sleeps until the last moment that keeps the promise, at ${local.usd_per_hour} USD an hour awake"
      : "warm window: ${local._promise} leave no time for ${local._to_be_open}: it is kept warm while open, at most ${local._cost}; with ${local.warmup_minutes + 3} min it could sleep until it is needed"
    )
  }

  # How many workers there are is the backlog's matter, so of a fleet the most that they could cost is told.
  _maximum = local.is_fleet ? local.fleet.maximum_workers : 1
  _workers = "up to ${local._maximum} workers, each ${local.usd_per_hour} USD an hour"
  _most    = "at most ${floor(local._awake * 365 / 12 / 7 * local.usd_per_hour * local._maximum + 0.5)} USD a month if all worked all the time"

  _fleet_in_words = {
    always_on    = "always on: one worker, ${local._cost}, and while images wait ${local._workers}; ${local._most}"
    office_hours = "office hours: while images wait ${local._hours}, but on ${length(local.closed_on)} closed dates: ${local._workers}; ${local._most}, nothing while none wait"
    on_deadline  = "${local._in_words["on_deadline"]}; ${local._workers}"
  }
}
