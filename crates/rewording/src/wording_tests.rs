//! Who does what to whom: what a model may say of a page that is quoted whole.

use super::tests::kept_of;

const EARN: &str = "Each parent must earn at least what 16 hours a week pays at the minimum wage.";
const DENTIST: &str =
    "What people asked Healthwatch Halton about most was whether any dentist takes new patients.";
const VISIT: &str = "The midwife tells the health visitor about the birth.";
const CARE: &str = "Carers of disabled children can get a free pass for the pool.";
const FREE: &str = "Only parents who work can use the nursery place for 15 hours.";
const LATE: &str = "You can stay for up to 2 hours unless the hall is full.";
const BRING: &str = "Bring a photo of your child and a letter from the school.";
const TWO: &str = "Babies go to the blue room and toddlers go to the red room.";
const MONEY: &str = "The council gives money to the nursery and the nursery gives food to families.";
const MORE: &str = "Parents with two children pay more than parents with one child.";
const LETTER: &str = "The school sends the letter to parents before the school visits the home.";
const GRANT: &str = "Families who get a grant may also ask for a bus pass.";

/// True of no page above, though nearly all words are the page's.
const FALSE_ONES: [(&str, &str); 42] = [
    (EARN, "Each parent must earn at least 16 hours a week."),
    (EARN, "Each parent must earn the minimum wage."),
    (EARN, "Each parent must earn at least what 16 hours a week pays."),
    (EARN, "Each parent pays at least what 16 hours a week must earn at the minimum wage."),
    (EARN, "A parent must earn at least what 16 hours a week pays at the minimum wage."),
    (DENTIST, "Healthwatch Halton was what people asked about most."),
    (DENTIST, "Healthwatch Halton asked people about whether any dentist takes new patients."),
    (DENTIST, "What Healthwatch Halton asked people about most was whether any dentist takes new patients."),
    (VISIT, "The health visitor tells the midwife about the birth."),
    (VISIT, "The midwife tells about the birth."),
    (VISIT, "The midwife told the health visitor about the birth."),
    (VISIT, "You tell the health visitor about the birth."),
    (VISIT, "The midwife tells you about the birth."),
    (CARE, "Carers of children can get a free pass for the pool."),
    (CARE, "Disabled children can get a free pass for the pool."),
    (CARE, "Carers can get a free pass for the pool."),
    (CARE, "Carers of disabled children can get a free pass."),
    (CARE, "Children of disabled carers can get a free pass for the pool."),
    (FREE, "Parents who work can only use the nursery place for 15 hours."),
    (FREE, "Parents who work can use the nursery place for only 15 hours."),
    (FREE, "Only parents can use the nursery place for 15 hours."),
    (LATE, "You can stay unless the hall is full for up to 2 hours."),
    (LATE, "You can stay for 2 hours unless the hall is full."),
    (LATE, "You can stay for up to 2 hours."),
    (LATE, "Unless you stay the hall is full."),
    (LATE, "They can stay for up to 2 hours unless the hall is full."),
    (BRING, "Bring a photo of the school and a letter from your child."),
    (BRING, "Bring a photo of a letter from the school."),
    (BRING, "Bring your child and a letter from the school."),
    (BRING, "Bring a photo from the school."),
    (TWO, "Babies go to the red room."),
    (TWO, "Toddlers go to the blue room and babies go to the red room."),
    (TWO, "Babies and toddlers go to the red room."),
    (MONEY, "The council gives food to families."),
    (MONEY, "The nursery gives money to the council."),
    (MONEY, "The council gives money to families."),
    (MORE, "Parents with one child pay more than parents with two children."),
    (MORE, "Parents with two children pay more."),
    (LETTER, "Parents send the letter to the school before the school visits the home."),
    (LETTER, "The school visits the home before the school sends the letter to parents."),
    (GRANT, "Families may ask for a bus pass."),
    (GRANT, "Families may ask for a grant."),
];

/// Small words and breaks turn a sentence round as well.
const TURNED: [(&str, &str); 13] = [
    ("No dogs can come into the garden.", "No, dogs can come into the garden."),
    ("A few families get help with money for food.", "Few families get help with money for food."),
    ("A letter is required to join the baby group.", "A letter must join the baby group."),
    ("You can come to the group from home by bus.", "You can come from the group to home by bus."),
    (
        "The Assist team helps families with forms for money.",
        "The Help team helps families with forms for money.",
    ),
    ("You must not stay at home because it is cold.", "You must not stay at home."),
    ("Families get a place because they get a benefit.", "Families get a place."),
    ("The room is for children 5+ and their friends.", "The room is for children 5 and their friends."),
    ("We ring parents, who then tell the school.", "We ring parents who then tell the school."),
    ("Never mind: ring the hub about the visit.", "Never mind ring the hub about the visit."),
    ("Begin Again is a group for parents.", "Start Again is a group for parents."),
    ("Mother and Baby Time is in the hall.", "Mum and Baby Time is in the hall."),
    ("Dads, and mums who work, can come on Monday.", "Dads and mums who work, can come on Monday."),
];

const HONEST: [(&str, &str); 17] = [
    ("Each parent must earn at least what 16 hours a week pays at the minimum wage.", EARN),
    ("You don't need to book a place.", "You do not need to book a place."),
    ("You do not need to book a place at the hub.", "You do not have to book a place at the hub."),
    ("You must bring a letter from the school.", "You are required to bring a letter from the school."),
    ("You don't need to bring a letter.", "You are not required to bring a letter."),
    ("Parents can get help with the form.", "Parents are able to obtain assistance with the form."),
    ("Families get help with money for food.", "Families receive assistance with money for food."),
    ("Ask the hub about a cot for your baby.", "Please ask the hub regarding a cot for your baby."),
    ("The group starts at 10am on Mondays.", "The group commences at 10am on Mondays."),
    ("Fill in the form to join the baby group.", "Fill in the form in order to join the baby group."),
    ("Bring the blue letter that the school gave you.", "Bring the blue letter that the school gave you."),
    ("Bring a thing to play with.", "Bring a thing to play with, for example a soft ball."),
    ("Stay and Play meets on Mondays from 10am to noon.", "Stay and Play meets on Mondays, 10am to noon."),
    ("You can't leave your child alone.", "You cannot leave your child alone."),
    ("Parents can buy a ticket at the door.", "Parents can purchase a ticket at the door."),
    ("Tell the school if your child stays at home.", "Please inform the school if your child stays at home."),
    ("Children go to the nursery while you work.", "Children attend the nursery whilst you work."),
];

/// True, but another order or fewer words: the price of the rule. The quotation is shown.
const HONEST_AND_REFUSED: [(&str, &str); 10] = [
    ("You do not need to book.", "You do not need to book a place."),
    ("Stay and Play meets on Mondays.", "Stay and Play meets on Mondays, 10am to noon."),
    ("The group meets Tuesday 2pm.", "The group meets Monday 10am, Tuesday 2pm and Friday 4pm."),
    ("Babies go to the blue room.", TWO),
    ("On Mondays the group starts at 10am.", "The group starts at 10am on Mondays."),
    ("An adult must stay with children.", "Children must stay with an adult."),
    ("The midwife will tell the health visitor about the birth.", VISIT),
    ("You need to book.", "You must book a place."),
    (
        "Children must stay with an adult.",
        "Children must stay with an adult because the hall has a big door.",
    ),
    ("You can get help with the form.", "Help with the form is available at the hub."),
];

#[test]
fn who_does_what_to_whom_stays_as_the_page_has_it() {
    let wrong: Vec<_> = FALSE_ONES.iter().chain(&TURNED).filter(|(page, said)| kept_of(page, said)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_easier_word_or_an_example_less_is_kept() {
    let fell: Vec<_> = HONEST.iter().filter(|(said, page)| !kept_of(page, said)).collect();
    assert!(fell.is_empty(), "{} of {} fell: {fell:#?}", fell.len(), HONEST.len());
}

#[test]
fn another_order_or_fewer_words_fall_even_where_they_are_true() {
    let kept: Vec<_> = HONEST_AND_REFUSED.iter().filter(|(said, page)| kept_of(page, said)).collect();
    assert!(kept.is_empty(), "the front page and the ADR say less: {kept:#?}");
}
