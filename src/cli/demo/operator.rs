//! The operator of the demo's server: other shops beside the lamps, and what he told them in the last days. The shops are only
//! seen from outside, so they have people and nothing else.

use super::past::Past;
use super::people::{everybody, signed_in};
use crate::domain::announcement::{Accounts, Form, People, Question, Window, Wording};
use crate::domain::error::Result;
use crate::domain::id::{Account, OperatorId};
use crate::domain::inbox::{Act, ClosedBy};
use crate::domain::kind::Severity;
use crate::domain::limits::AccountLimits;
use crate::domain::rights::Role;
use crate::flows::accounts::founding::{self, Wish};
use crate::flows::accounts::terms::{self, Hand};
use crate::flows::announcements::{self, Draft};
use crate::flows::change::By;
use crate::flows::snooze::{self, ItemDeed};
use crate::flows::{Ctx, accounts, inbox, operators, users};
use crate::store::inbox::{Filter, Wanted};

const EMAIL: &str = "olga@bell.example";
const NAME: &str = "Olga Lindt";
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Code, name, plan, language, zone, the administrator, and how many managers.
type Shop = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, usize);

const SHOPS: [Shop; 3] = [
    ("nordlicht", "Nordlicht Leuchten", "pro", "en", "Europe/Berlin", "Jonas Falk", 4),
    ("avrora", "Аврора · дом света", "pro", "ru", "Europe/Moscow", "Вера Белова", 6),
    ("faro", "Faro Iluminación", "trial", "es", "Europe/Madrid", "Inés Prado", 2),
];

/// Makes the operator and what is to be seen on his pages, unless there is one.
pub(super) async fn settle(past: &Past) -> Result<()> {
    let ctx = &past.ctx;
    if !operators::list(ctx).await?.is_empty() {
        return Ok(());
    }
    let now = ctx.now();
    past.set(now - 7 * DAY_MS);
    operators::add(ctx, EMAIL, Some(NAME), "").await?;
    let Some(olga) = operators::list(ctx).await?.pop() else { return Ok(()) };
    for shop in SHOPS {
        found(ctx, &olga.id, shop).await?;
    }
    past.set(now - 2 * DAY_MS);
    let plan = Accounts::Plan { plan: "pro".to_owned() };
    tell(past, &olga.id, Draft { accounts: plan.clone(), ..said(NEWS) }).await?;
    look(ctx).await?;
    past.set(now - DAY_MS);
    let question = Some(Question::Beta);
    let beta = Draft { accounts: plan, people: People::Administrators, question, ..said(BETA) };
    tell(past, &olga.id, beta).await?;
    answer(past).await?;
    past.set(now - 2 * HOUR_MS);
    close_the_trial(ctx, &olga.id).await?;
    let from = now - now % DAY_MS + 4 * DAY_MS + 2 * HOUR_MS;
    let window = Some(Window { from, to: from + HOUR_MS });
    let banner = Draft {
        window,
        form: Form::Banner,
        starts_at: Some(from - DAY_MS),
        severity: Severity::Warning,
        ..said(NIGHT)
    };
    announcements::tell(ctx, Some(olga.id.clone()), banner).await?;
    announcements::create(ctx, Some(olga.id), Draft { severity: Severity::Success, ..said(DRAFT) }, None)
        .await?;
    Ok(())
}

async fn found(past: &Ctx, olga: &OperatorId, shop: Shop) -> Result<()> {
    let (code, name, plan, language, zone, administrator, managers) = shop;
    // A kept demo may have such an account of a visitor's.
    if accounts::get_by_code(past, code.to_owned()).await.is_ok() {
        return Ok(());
    }
    let wish = Wish {
        code: code.to_owned(),
        name: name.to_owned(),
        plan: Some(plan.to_owned()),
        language: Some(language.to_owned()),
        zone: Some(zone.to_owned()),
        administrator_email: format!("head@{code}.example"),
        administrator_name: Some(administrator.to_owned()),
    };
    founding::found(past, olga.clone(), &wish, "", None).await?;
    let account = accounts::get_by_code(past, code.to_owned()).await?;
    for number in 1..=managers {
        let input = users::Input {
            email: format!("desk{number}@{code}.example"),
            name: format!("Desk {number}"),
            role: Role::Manager,
            groups: Vec::new(),
            language: None,
            zone: None,
            password: None,
        };
        users::add(past, &By::system(account), input, "", None).await?;
    }
    Ok(())
}

async fn tell(past: &Past, olga: &OperatorId, draft: Draft) -> Result<()> {
    announcements::tell(&past.ctx, Some(olga.clone()), draft).await?;
    past.bring().await
}

async fn shops(past: &Ctx) -> Result<Vec<Account>> {
    let mut shops = Vec::new();
    for (code, ..) in SHOPS {
        shops.push(accounts::get_by_code(past, code.to_owned()).await?);
    }
    Ok(shops)
}

/// Most people have seen what they were told, and some have closed it.
async fn look(past: &Ctx) -> Result<()> {
    for account in shops(past).await? {
        for (index, user) in everybody(past, account).await?.iter().enumerate() {
            let who = signed_in(account, user);
            for item in newest(past, &who).await? {
                let acts: &[Act] = match index % 4 {
                    0 | 1 => &[Act::Seen, Act::Close(ClosedBy::User)],
                    2 => &[Act::Seen],
                    _ => &[],
                };
                for act in acts {
                    inbox::act(past, &who, item.clone(), *act).await?;
                }
            }
        }
    }
    Ok(())
}

async fn newest(past: &Ctx, who: &crate::domain::access::SignedIn) -> Result<Vec<String>> {
    let wanted =
        Wanted { filter: Filter::All, kind: None, search: None, from: None, to: None, before: None, most: 1 };
    let page = inbox::page(past, who, wanted).await?;
    Ok(page.items.into_iter().map(|(item, _)| item.id.to_string()).collect())
}

/// One account is for it and one is not.
async fn answer(past: &Past) -> Result<()> {
    let ctx = &past.ctx;
    for (account, deed) in shops(ctx).await?.into_iter().zip([ItemDeed::Accept, ItemDeed::Decline]) {
        let people = everybody(ctx, account).await?;
        for head in people.iter().filter(|user| user.role == Role::Administrator) {
            let who = signed_in(account, head);
            for item in newest(ctx, &who).await? {
                inbox::act(ctx, &who, item.clone(), Act::Seen).await?;
                snooze::act(ctx, &who, item, deed).await?;
            }
        }
    }
    past.bring().await
}

async fn close_the_trial(past: &Ctx, olga: &OperatorId) -> Result<()> {
    let account = accounts::get_by_code(past, "faro".to_owned()).await?;
    let hand = Hand { account, operator: Some(olga.clone()), once: None };
    let limits = AccountLimits { users: Some(5), events_per_minute: Some(60), calls_per_minute: Some(600) };
    terms::limit(past, &hand, limits).await?;
    terms::suspend(past, &hand, "La prueba gratuita terminó. Escriba a ventas@bell.example.").await?;
    Ok(())
}

/// Title and body in English, Russian and Spanish.
type Told = [(&'static str, &'static str, &'static str); 3];

fn said(told: Told) -> Draft {
    let wording = |(language, title, body): (&str, &str, &str)| {
        (language.to_owned(), Wording { title: title.to_owned(), body: body.to_owned() })
    };
    Draft {
        texts: told.into_iter().map(wording).collect(),
        severity: Severity::Info,
        form: Form::Popup,
        accounts: Accounts::All {},
        people: People::Everybody,
        mandatory: false,
        link: None,
        window: None,
        question: None,
        starts_at: None,
        expires_at: None,
    }
}

const NEWS: Told = [
    (
        "en",
        "Reminders on time, whatever the zone",
        "A task now keeps the <b>local time</b> of its performer when clocks change.",
    ),
    (
        "ru",
        "Напоминания вовремя в любом поясе",
        "Задача хранит <b>местное время</b> исполнителя, когда переводят часы.",
    ),
    (
        "es",
        "Recordatorios puntuales en cualquier zona",
        "Una tarea conserva la <b>hora local</b> de quien la hace cuando cambia la hora.",
    ),
];

const BETA: Told = [
    (
        "en",
        "Move to the new order list?",
        "It is quicker and has saved filters. You can go back within a month.",
    ),
    (
        "ru",
        "Перейти на новый список заказов?",
        "Он быстрее, и в нём есть сохранённые фильтры. Вернуться можно в течение месяца.",
    ),
    (
        "es",
        "¿Pasar a la nueva lista de pedidos?",
        "Es más rápida y guarda filtros. Puede volver durante un mes.",
    ),
];

const NIGHT: Told = [
    (
        "en",
        "Maintenance at night",
        "Bellwire is away for up to an hour. What happens meanwhile is told afterwards.",
    ),
    (
        "ru",
        "Ночные работы",
        "Bellwire будет недоступен до часа. О том, что случится за это время, сообщим после.",
    ),
    (
        "es",
        "Mantenimiento nocturno",
        "Bellwire no estará disponible hasta una hora. Lo que ocurra se avisa después.",
    ),
];

const DRAFT: Told = [
    (
        "en",
        "Templates can be tried on a real order",
        "Open <b>Settings → Templates</b>, choose an order, and see the popup as your team will.",
    ),
    (
        "ru",
        "Шаблоны можно проверить на настоящем заказе",
        "Откройте <b>Настройки → Шаблоны</b>, выберите заказ и увидите уведомление глазами команды.",
    ),
    (
        "es",
        "Las plantillas se prueban con un pedido real",
        "Abra <b>Ajustes → Plantillas</b>, elija un pedido y vea el aviso como lo verá su equipo.",
    ),
];
