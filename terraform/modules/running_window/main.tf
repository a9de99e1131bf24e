# From windows such as "Mon-Fri 09:00-18:00" to the crons that start and stop a model around them.
#
# Counted in minutes of the week from Monday 00:00, on a circle: Sunday 24:00 is Monday 00:00. A cron knows neither closed
# dates nor the clock's changes; what it calls knows both, and the tick heals what it misses.

locals {
  _day_names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  _day       = 24 * 60
  _week      = 7 * 24 * 60
}

####################################################################################################
# Windows
####################################################################################################

locals {
  # What was written, in its parts.
  _parts = [
    for text in var.windows :
    regex("^(?P<days>[A-Za-z,-]+) (?P<from_hour>\\d\\d):(?P<from_minute>\\d\\d)-(?P<until_hour>\\d\\d):(?P<until_minute>\\d\\d)$", text)
  ]

  # "Sat-Mon,Wed" is [["Sat", "Mon"], ["Wed", "Wed"]]: the first and the last day of each range.
  _day_ranges = [
    for part in local._parts : [
      for days in split(",", part.days) : [for end in [split("-", days), reverse(split("-", days))] : index(local._day_names, end[0])]
    ]
  ]

  # The days on which each window begins (0 is Monday), and its two minutes of the day.
  _windows = [
    for number, part in local._parts : {
      days = distinct(flatten([
        for ends in local._day_ranges[number] : [for count in range((ends[1] - ends[0] + 7) % 7 + 1) : (ends[0] + count) % 7]
      ]))
      from  = 60 * parseint(part.from_hour, 10) + parseint(part.from_minute, 10)
      until = 60 * parseint(part.until_hour, 10) + parseint(part.until_minute, 10)
    }
  ]

  # One for each day of each window: when the model must be awake, from the warm-up until the closing.
  _awake = distinct(flatten([
    for window in local._windows : [
      for day in window.days : {
        from   = ((day * local._day + window.from - var.warmup_minutes) % local._week + local._week) % local._week
        length = var.warmup_minutes + window.until - window.from + (window.until > window.from ? 0 : local._day)
      }
    ]
  ]))
}

####################################################################################################
# Edges
####################################################################################################

locals {
  # Stretches that overlap or touch are one. So only those edges count that lie in no other stretch: a break shorter than
  # the warm-up is no reason to stop, and hours around the clock have no edge at all.
  _starts = [
    for stretch in local._awake : stretch.from if !anytrue([
      # Whether the other one began before this minute (a week before, if it is the same one) and lasted until it.
      for other in local._awake : (stretch.from - other.from + local._week - 1) % local._week + 1 <= other.length
    ])
  ]

  _stops = [
    for end in [for stretch in local._awake : (stretch.from + stretch.length) % local._week] : end if !anytrue([
      for other in local._awake : (end - other.from + local._week) % local._week < other.length
    ])
  ]

  # From each start to the nearest stop; the whole week where there is neither.
  _awake_minutes = length(local._starts) == 0 ? (length(local._awake) == 0 ? 0 : local._week) : sum([
    for start in distinct(local._starts) : min([for stop in local._stops : (stop - start + local._week - 1) % local._week + 1]...)
  ])

  # A backstop stops without asking, so there is none where a model may be awake again: the next closing has its own.
  _backstops = [
    for late in [for stop in local._stops : (stop + var.backstop_minutes) % local._week] : late if !anytrue([
      for other in local._awake : (late - other.from + local._week) % local._week < other.length + var.grace_minutes
    ])
  ]
}

####################################################################################################
# Crons
####################################################################################################

locals {
  # Each wall time once, with its days. It is the key too: a schedule stays the same one when only its days change.
  _days_of_times = {
    for edge, minutes in { starts = local._starts, stops = local._stops, backstops = local._backstops } : edge => {
      for minute in distinct(minutes) :
      format("%02d%02d", floor(minute % local._day / 60), minute % 60) => floor(minute / local._day)...
    }
  }

  _crons = {
    for edge, days_of_times in local._days_of_times : edge => {
      for time, days in days_of_times : time => format(
        "cron(%d %d ? * %s *)",
        parseint(substr(time, 2, 2), 10),
        parseint(substr(time, 0, 2), 10),
        upper(join(",", [for day in range(7) : local._day_names[day] if contains(days, day)])),
      )
    }
  }
}

####################################################################################################
# Holidays
####################################################################################################

locals {
  _opening_days = distinct(flatten(local._windows[*].days))

  # Baked by tools/bake_holidays.py: a list for the country (""), and one for each subdivision, or null where it has the
  # country's own. "DE-BY" is subdivision "BY" of "DE", "DE" is subdivision "".
  _places = [for place in var.holidays_of[*] : { country = split("-", place)[0], subdivision = replace(place, "/^[^-]*-?/", "") }]
  _all_holidays = flatten([
    for place in local._places : [
      for baked in [jsondecode(file("${path.module}/holidays/${place.country}.json"))] :
      baked[baked[place.subdivision] == null ? "" : place.subdivision]
    ]
  ])

  # A holiday on which nothing would open need not be told: a parameter in SSM holds 4 KB.
  _holidays = [
    for date in local._all_holidays : date
    if contains(local._opening_days, index(local._day_names, formatdate("EEE", "${date}T00:00:00Z")))
  ]
}
