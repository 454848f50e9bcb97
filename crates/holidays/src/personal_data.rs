//! What the room keeps about somebody, for their own copy; and how it is forgotten, when they ask or by itself.

use crate::{store as rows, store::DayRow};
use access::PersonId;
use kernel::{Fault, Instant};
use serde_json::{Value, json};
use store::Tx;

/// Every form of a holiday programme that names this person's e-mail address.
pub fn export_about(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<Value>, Fault> {
    let Some(email) = accounts::find_email(tx, person)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for family in rows::list_families_of(tx, email.as_str())? {
        let programme = rows::find_programme_by_id(tx, family.programme_id)?;
        let days: Vec<DayRow> = rows::list_days_of_family(tx, family.id)?;
        let check = rows::find_check(tx, family.id)?;
        let children: Vec<Value> = rows::list_children(tx, family.id)?
            .iter()
            .map(|child| {
                let own: Vec<String> =
                    days.iter().filter(|day| day.child_id == child.id).map(|day| day.day.to_string()).collect();
                json!({
                    "first_name": child.first_name, "last_name": child.last_name, "born": child.born, "school": child.school,
                    "special_needs": child.send, "one_to_one": child.one_to_one, "support": child.support, "food": child.diet,
                    "standing": child.standing, "funding": child.funding, "group": child.tier, "reason": child.reason,
                    "appeal": child.appeal, "days": own,
                })
            })
            .collect();
        all.push(json!({
            "reference": family.reference, "programme": programme.map(|row| row.slug), "name": family.name, "email": family.email,
            "phone": family.phone, "postcode": family.postcode, "made_at": family.made_at, "children": children,
            "being_checked": check.map(|check| json!({
                "last_name": check.last_name, "born": check.born, "number": format!("{}{}", check.insurance, check.asylum),
            })),
        }));
    }
    Ok(all)
}

/// Forgets a family. Bookings to come are cancelled by the booking desk, which forgets its own. Says how many forms.
pub fn erase(tx: &mut Tx<'_>, person: PersonId, now: Instant) -> Result<u64, Fault> {
    let Some(email) = accounts::find_email(tx, person)? else { return Ok(0) };
    let families = rows::list_families_of(tx, email.as_str())?;
    for family in &families {
        rows::set_forgotten(tx, family.id, now)?;
    }
    Ok(u64::try_from(families.len())?)
}

/// Forgets the families of programmes whose return was made before an instant; of a programme without a return, twice as long
/// after its end. How many children came, and in which group, stays. Says how many families.
pub fn forget_families(tx: &mut Tx<'_>, before: Instant, now: Instant) -> Result<u64, Fault> {
    let long_before = before - now.duration_since(before);
    let families = rows::list_unforgotten(tx, before, long_before)?;
    for family in &families {
        rows::set_forgotten(tx, *family, now)?;
    }
    rows::delete_old_codes(tx, before, long_before)?;
    Ok(u64::try_from(families.len())?)
}
