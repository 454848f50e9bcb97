//! What a family typed into the programme's form, put back as it was, and what is made of it.

use crate::{
    engine::{Number, Question},
    model::{Programme, SendNeeds, read_asylum_support, read_national_insurance},
    parts::read_day,
};
use kernel::{Date, Email, Phone, Postcode, Refusal, one_line};
use web::{Form, fields::Errors};

/// The most children one form asks about.
pub(crate) const CHILDREN_MAX: usize = 6;
const NAME_MAX: usize = 80;
const TEXT_MAX: usize = 500;

macro_rules! boxes {
    ($($name:ident $end:literal)+) => { $(
        pub(crate) const $name: [&str; CHILDREN_MAX] = [
            concat!("child_1_", $end), concat!("child_2_", $end), concat!("child_3_", $end),
            concat!("child_4_", $end), concat!("child_5_", $end), concat!("child_6_", $end),
        ];
    )+ };
}
boxes! {
    FIRST_NAME "first" LAST_NAME "last" BORN "born" SCHOOL "school" SEND "send" ONE_TO_ONE "one_to_one" SUPPORT "support" DIET "diet"
}

/// How a family says that they can have free places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The national service is asked.
    Check,
    /// The school gave a code for each child.
    Code,
    /// For another reason that the council gives places for.
    Reason,
    /// They pay.
    Paid,
}

impl Way {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Way::Check => "check",
            Way::Code => "code",
            Way::Reason => "reason",
            Way::Paid => "paid",
        }
    }

    pub(crate) fn of(key: &str) -> Option<Way> {
        [Way::Check, Way::Code, Way::Reason, Way::Paid].into_iter().find(|way| way.key() == key)
    }
}

/// One child as typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypedChild {
    pub first_name: String,
    pub last_name: String,
    pub born: String,
    pub school: String,
    pub send: bool,
    pub one_to_one: bool,
    pub support: String,
    pub diet: String,
}

impl TypedChild {
    fn is_empty(&self) -> bool {
        [&self.first_name, &self.last_name, &self.born].iter().all(|text| text.trim().is_empty())
    }
}

/// The form as typed. There is no `Debug`: it holds a number that must not be shown.
#[derive(Clone, Default)]
pub(crate) struct Typed {
    pub children: Vec<TypedChild>,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub postcode: String,
    pub way: String,
    pub reason: String,
    pub parent_last: String,
    pub parent_born: String,
    pub insurance: String,
    pub asylum: String,
    pub seen: bool,
    pub form_key: String,
}

/// What is made of it.
#[derive(Clone)]
pub(crate) struct Wish {
    pub children: Vec<WishedChild>,
    pub name: String,
    pub email: Option<Email>,
    pub phone: Option<Phone>,
    pub postcode: Postcode,
    pub way: Way,
    pub reason: String,
    pub question: Option<Question>,
    pub form_key: String,
}

#[derive(Clone)]
pub(crate) struct WishedChild {
    pub typed: TypedChild,
    pub born: Date,
}

impl Typed {
    pub(crate) fn of(form: &Form) -> Typed {
        let rows = form.get("children").parse().unwrap_or(1).clamp(1, CHILDREN_MAX);
        let rows = if form.get("do") == "add" { (rows + 1).min(CHILDREN_MAX) } else { rows };
        let child = |at: usize| TypedChild {
            first_name: one_line(form.get(FIRST_NAME[at])),
            last_name: one_line(form.get(LAST_NAME[at])),
            born: form.get(BORN[at]).to_owned(),
            school: one_line(form.get(SCHOOL[at])),
            send: !form.get(SEND[at]).is_empty(),
            one_to_one: !form.get(ONE_TO_ONE[at]).is_empty(),
            support: form.get(SUPPORT[at]).to_owned(),
            diet: form.get(DIET[at]).to_owned(),
        };
        Typed {
            children: (0..rows).map(child).collect(),
            name: one_line(form.get("name")),
            email: form.get("email").to_owned(),
            phone: form.get("phone").to_owned(),
            postcode: form.get("postcode").to_owned(),
            way: form.get("way").to_owned(),
            reason: form.get("reason").to_owned(),
            parent_last: one_line(form.get("parent_last")),
            parent_born: form.get("parent_born").to_owned(),
            insurance: form.get("insurance").to_owned(),
            asylum: form.get("asylum").to_owned(),
            seen: !form.get("seen").is_empty(),
            form_key: form.get("form_key").to_owned(),
        }
    }

    /// The wish, or what is wrong with it, each at its box.
    pub(crate) fn wish(&self, programme: &Programme, today: Date) -> Result<Wish, Errors> {
        let mut errors = Errors::default();
        let children = self.children(programme, today, &mut errors);
        if self.name.is_empty() || self.name.chars().count() > NAME_MAX {
            errors.0.push(Refusal::at("name", format!("Type your name, in {NAME_MAX} letters or fewer")));
        }
        let email = typed(&self.email).and_then(|text| errors.take("email", text.parse::<Email>()));
        let phone = typed(&self.phone).and_then(|text| errors.take("phone", text.parse::<Phone>()));
        if typed(&self.email).is_none() && typed(&self.phone).is_none() {
            let sentence = "Type an email address or a mobile number, so that we can tell you what we found";
            errors.0.push(Refusal::at("email", sentence));
        }
        let postcode = errors.take("postcode", self.postcode.parse::<Postcode>());
        let way = Way::of(&self.way).filter(|way| *way != Way::Paid || !programme.paid.is_empty());
        if way.is_none() {
            errors.0.push(Refusal::at("way", "Choose one of these. If you are not sure, choose the first"));
        }
        let reason = programme
            .reasons
            .iter()
            .find(|reason| reason.key == self.reason)
            .map(|reason| reason.key.clone());
        if way == Some(Way::Reason) && reason.is_none() {
            errors.0.push(Refusal::at("reason", "Choose the reason that fits best"));
        }
        let question = (way == Some(Way::Check)).then(|| self.question(today, &mut errors)).flatten();
        let key_fits =
            self.form_key.len() == 32 && self.form_key.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !key_fits {
            errors.0.push(Refusal::at("", "This form has lost its key. SendNeeds it once more"));
        }
        match (postcode, way) {
            (Some(postcode), Some(way)) if errors.is_empty() => Ok(Wish {
                children,
                name: self.name.clone(),
                email,
                phone,
                postcode,
                way,
                reason: reason.unwrap_or_default(),
                question,
                form_key: self.form_key.clone(),
            }),
            _ => Err(errors),
        }
    }

    fn question(&self, today: Date, errors: &mut Errors) -> Option<Question> {
        if self.parent_last.is_empty() || self.parent_last.chars().count() > NAME_MAX {
            errors
                .0
                .push(Refusal::at("parent_last", "Type your last name, as on letters about your benefits"));
        }
        let born = read_day(&self.parent_born).filter(|day| *day < today);
        if born.is_none() {
            errors.0.push(Refusal::at("parent_born", "Type your own date of birth, for example 27 3 1990"));
        }
        let number = if typed(&self.insurance).is_none() && typed(&self.asylum).is_some() {
            errors.take("asylum", read_asylum_support(&self.asylum)).map(Number::Asylum)
        } else {
            errors.take("insurance", read_national_insurance(&self.insurance)).map(Number::Insurance)
        };
        Some(Question { last_name: self.parent_last.clone(), born: born?, number: number? })
    }

    fn children(&self, programme: &Programme, today: Date, errors: &mut Errors) -> Vec<WishedChild> {
        let mut children = Vec::new();
        for (at, child) in self.children.iter().enumerate() {
            // An empty row that was added and not needed is no child; the first is asked for.
            if child.is_empty()
                && (at > 0 || self.children.len() > 1 && self.children[1..].iter().any(|it| !it.is_empty()))
            {
                continue;
            }
            for (field, text, what) in
                [(FIRST_NAME[at], &child.first_name, "first"), (LAST_NAME[at], &child.last_name, "last")]
            {
                if text.is_empty() || text.chars().count() > NAME_MAX {
                    errors.0.push(Refusal::at(field, format!("Type the child’s {what} name")));
                }
            }
            for (field, text) in
                [(SUPPORT[at], &child.support), (DIET[at], &child.diet), (SCHOOL[at], &child.school)]
            {
                if text.chars().count() > TEXT_MAX {
                    errors.0.push(Refusal::at(field, format!("Use {TEXT_MAX} letters or fewer")));
                }
            }
            let born = read_day(&child.born).filter(|day| *day <= today);
            match born {
                None => errors
                    .0
                    .push(Refusal::at(BORN[at], "Type the child’s date of birth, for example 27 3 2017")),
                Some(born) if !programme.is_for(born, SendNeeds::from(child.send)) => {
                    let sentence = format!(
                        "{} is for children of another age. Check the date of birth, or see what else is on",
                        programme.name
                    );
                    errors.0.push(Refusal::at(BORN[at], sentence));
                }
                Some(born) => children.push(WishedChild { typed: child.clone(), born }),
            }
        }
        children
    }
}

fn typed(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}
