mod absences;
mod dates;
mod figures;
mod marks;
mod schema;

pub use absences::find_absence_rule;
pub use marks::{WalkIn, count_drop_in, count_drop_ins, list_marks, list_walk_ins};
pub use schema::MIGRATIONS;

pub(crate) use absences::{insert_decision, list_absences, list_decided, set_absence_rule};
pub(crate) use dates::list_held;
pub(crate) use figures::{list_appointments, list_counted, list_drop_ins_by_month, list_titles};
pub(crate) use marks::{
    Inserted, insert_mark, insert_step, insert_walk_in_row, list_attendance_of, list_history, list_marks_of,
    set_attendance, set_walk_ins_forgotten, sum_steps, take_register,
};
