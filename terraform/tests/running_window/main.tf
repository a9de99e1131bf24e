# Every case of tests/contract/schedules.json through modules/running_window, for ../running_window.tftest.hcl.

locals {
  cases = { for case in jsondecode(file("${path.module}/../../../tests/contract/schedules.json")) : case.name => case }
}

module "cases" {
  source   = "../../modules/running_window"
  for_each = local.cases

  windows          = each.value.windows
  timezone         = each.value.timezone
  closed_on        = each.value.closed_on
  holidays_of      = each.value.holidays_of
  warmup_minutes   = each.value.warmup_minutes
  backstop_minutes = each.value.backstop_minutes
  grace_minutes    = try(each.value.grace_minutes, 0)
}

output "wanted" {
  value = { for name, case in local.cases : name => { for edge in ["starts", "stops", "backstops"] : edge => case[edge] } }
}

output "got" {
  value = { for name, case in module.cases : name => { for edge in ["starts", "stops", "backstops"] : edge => sort(values(case[edge])) } }
}

output "awake_hours_a_week" {
  value = { for name, case in module.cases : name => case.awake_hours_a_week }
}
