//! How many came to a drop-in, without script: one button for one more or one fewer, and the count as it was on paper.

use crate::{
    Registers,
    keep_register::{Typed, fresh, page},
    marks::{count_at_drop_in, take},
    model::{DropIn, MarkKey},
    roll::read_roll,
    store as rows,
};
use access::{KeepBookings, May};
use kernel::Fault;
use uuid::Uuid;
use web::{Form, Reply, fields::Errors, see_other};

/// The most people one typed count may be.
const COUNT_MAX: i64 = 999;

pub(crate) async fn count(
    room: &Registers,
    may: May<KeepBookings>,
    date: Uuid,
    step: &str,
    key: Option<Uuid>,
) -> Result<(), Fault> {
    let now = room.site().clock().now();
    let step = match step {
        "child_more" => DropIn { children: 1, grown_ups: 0 },
        "child_less" => DropIn { children: -1, grown_ups: 0 },
        "grown_more" => DropIn { children: 0, grown_ups: 1 },
        _ => DropIn { children: 0, grown_ups: -1 },
    };
    // The key of the page, and which button: a press that is sent twice counts once.
    let key = MarkKey { device: key.unwrap_or_else(|| fresh(room)), counter: counter_of(step) };
    room.site()
        .db()
        .write(move |tx| {
            take(tx, date, now)?;
            let counted = rows::count_drop_in(tx, date)?.unwrap_or_default();
            // Nobody can be fewer than none.
            if counted.children + step.children < 0 || counted.grown_ups + step.grown_ups < 0 {
                return Ok(());
            }
            count_at_drop_in(tx, &may, date, key, step, now)
        })
        .await
}

fn counter_of(step: DropIn) -> i64 {
    match (step.children, step.grown_ups) {
        (1, _) => 1,
        (-1, _) => 2,
        (_, 1) => 3,
        _ => 4,
    }
}

/// The count as it was made on paper.
pub(crate) async fn type_count(room: &Registers, may: May<KeepBookings>, date: Uuid, form: &Form) -> Reply {
    let mut errors = Errors::default();
    let mut number = |field: &'static str| {
        let parsed = form.get(field).parse::<i64>().ok().filter(|many| (0..=COUNT_MAX).contains(many));
        errors.take(field, parsed.ok_or_else(|| format!("Type a number from 0 to {COUNT_MAX}")))
    };
    let (children, grown_ups) = (number("children"), number("grown_ups"));
    let (Some(children), Some(grown_ups)) = (children, grown_ups) else {
        let typed = Typed {
            children: form.get("children").to_owned(),
            grown_ups: form.get("grown_ups").to_owned(),
            ..Typed::default()
        };
        let roll = read_roll(room, may, date, "read a register").await?;
        return page(room, &roll, &typed, &errors, None, ("", String::new()));
    };
    let (now, device) = (room.site().clock().now(), fresh(room));
    room.site()
        .db()
        .write(move |tx| {
            take(tx, date, now)?;
            let counted = rows::sum_steps(tx, &[date])?.remove(&date).unwrap_or_default();
            let step =
                DropIn { children: children - counted.children, grown_ups: grown_ups - counted.grown_ups };
            count_at_drop_in(tx, &may, date, MarkKey { device, counter: 1 }, step, now)
        })
        .await?;
    Ok(see_other(&format!("/register/{date}?kept=marks")))
}
