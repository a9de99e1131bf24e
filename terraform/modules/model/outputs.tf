####################################################################################################
# Model
####################################################################################################

output "prefix" {
  description = "Keys that begin with this are the model's, for example \"incoming/signs/\"."
  value       = var.model.prefix
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
  description = "Name of the labeler."
  value       = module.labeler.name
}

output "mapping_uuid" {
  description = "UUID of the event source mapping from the queue to the labeler."
  value       = aws_lambda_event_source_mapping.queue.uuid
}

output "labeler_contract" {
  description = "The labeler as the tests hold it against tests/contract."
  value       = module.labeler.contract
}

output "labeler_arn" {
  description = "ARN of the labeler."
  value       = module.labeler.arn
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
    in_words   = local._in_words[var.model.power]
    spec       = local.spec
  }
}

locals {
  _hours = local.is_timed ? "${join(", ", var.model.hours.open)} ${var.model.hours.timezone}" : "day and night"

  _in_words = {
    always_on    = "always on: day and night"
    office_hours = "office hours: on ${local._hours}, started ${local.warmup_minutes} min before; ${length(local.closed_on)} closed dates"
    on_deadline = (
      var.model.results_within_minutes >= local.warmup_minutes + 3
      ? "deadline wake: results within ${var.model.results_within_minutes} min (${local._hours}), and a start takes ${local.warmup_minutes} + 3 to open, so it sleeps until the last moment that keeps the promise"
      : "warm window: results within ${var.model.results_within_minutes} min, but a start takes ${local.warmup_minutes} + 3 to open, so it is kept warm ${local._hours}; from ${local.warmup_minutes + 3} min on it could sleep between"
    )
  }
}
