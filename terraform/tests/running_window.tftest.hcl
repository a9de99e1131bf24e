# From hours to crons: the cases of tests/contract/schedules.json, which pytest holds against the calendar of the functions.

variables {
  windows        = ["Mon-Fri 09:00-18:00"]
  timezone       = "Europe/Berlin"
  warmup_minutes = 30
}

run "windows_become_the_crons_of_the_contract" {
  command = plan

  module {
    source = "./tests/running_window"
  }

  assert {
    condition = jsonencode(output.got) == jsonencode(output.wanted)
    error_message = "wanted ${jsonencode({
      for name, crons in output.wanted : name => crons if jsonencode(crons) != jsonencode(output.got[name])
      })}, got ${jsonencode({
      for name, crons in output.got : name => crons if jsonencode(crons) != jsonencode(output.wanted[name])
    })}"
  }

  assert {
    condition     = length(output.got) == length(jsondecode(file("../tests/contract/schedules.json")))
    error_message = "wanted a name of its own for every case, got ${jsonencode(keys(output.got))}"
  }
}

run "a_schedule_stays_the_same_one_when_only_its_days_change" {
  command = plan

  variables {
    windows = ["Mon-Thu 09:00-18:00", "Fri 09:00-16:00"]
  }

  module {
    source = "./modules/running_window"
  }

  assert {
    condition = (
      jsonencode(keys(output.starts)) == jsonencode(["0830"]) && jsonencode(keys(output.stops)) == jsonencode(["1600", "1800"]) &&
      jsonencode(keys(output.backstops)) == jsonencode(["1630", "1830"])
    )
    error_message = "wanted keys that are wall times, got ${jsonencode([output.starts, output.stops, output.backstops])}"
  }
}

run "a_backstop_comes_half_an_hour_after_closing_unless_told_otherwise" {
  command = plan

  module {
    source = "./modules/running_window"
  }

  assert {
    condition     = jsonencode(output.backstops) == jsonencode({ "1830" = "cron(30 18 ? * MON,TUE,WED,THU,FRI *)" })
    error_message = "wanted 18:30, got ${jsonencode(output.backstops)}"
  }
}

run "closed_dates_are_those_given_and_the_holidays_on_which_a_window_would_begin" {
  command = plan

  variables {
    windows     = ["Fri 22:00-02:00"]
    closed_on   = ["2026-12-31", "2026-12-24", "2026-12-25"]
    holidays_of = "DE"
  }

  module {
    source = "./modules/running_window"
  }

  assert {
    # The Fridays among Germany's holidays, and Thursdays 24 and 31, which were asked for.
    condition = jsonencode([for date in output.closed_on : date if startswith(date, "2026")]) == jsonencode([
      "2026-04-03", "2026-05-01", "2026-12-24", "2026-12-25", "2026-12-31",
    ])
    error_message = "got ${jsonencode(output.closed_on)}"
  }
}

run "a_part_of_a_country_has_its_own_holidays_too" {
  command = plan

  variables {
    holidays_of = "DE-BY"
  }

  module {
    source = "./modules/running_window"
  }

  assert {
    # Epiphany and Corpus Christi are Bavaria's; All Saints is a Sunday.
    condition = jsonencode([for date in output.closed_on : date if startswith(date, "2026")]) == jsonencode([
      "2026-01-01", "2026-01-06", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-06-04", "2026-12-25",
    ])
    error_message = "got ${jsonencode(output.closed_on)}"
  }
}

run "a_part_without_holidays_of_its_own_has_its_countrys" {
  command = plan

  variables {
    holidays_of = "AT-9"
  }

  module {
    source = "./modules/running_window"
  }

  assert {
    condition     = contains(output.closed_on, "2026-10-26") && !contains(output.closed_on, "2026-10-03")
    error_message = "got ${jsonencode(output.closed_on)}"
  }
}

run "without_a_country_only_the_dates_given_are_closed" {
  command = plan

  variables {
    closed_on = ["2027-01-02", "2026-12-24"]
  }

  module {
    source = "./modules/running_window"
  }

  assert {
    condition     = jsonencode(output.closed_on) == jsonencode(["2026-12-24", "2027-01-02"])
    error_message = "got ${jsonencode(output.closed_on)}"
  }
}

run "the_hours_of_a_week_count_a_warm_up_once_and_no_minute_twice" {
  command = plan

  module {
    source = "./tests/running_window"
  }

  assert {
    condition = jsonencode({
      for name in ["a plain week", "over midnight", "a break of 15 minutes is shorter than the warm-up", "around the clock", "no windows"] :
      name => output.awake_hours_a_week[name]
      }) == jsonencode({
      "a break of 15 minutes is shorter than the warm-up" = 47.5
      "a plain week"                                      = 47.5
      "around the clock"                                  = 168
      "no windows"                                        = 0
      "over midnight"                                     = 9.5
    })
    error_message = "got ${jsonencode(output.awake_hours_a_week)}"
  }
}
