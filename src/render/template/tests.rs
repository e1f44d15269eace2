//! Templates: what they print, what they refuse, and what they survive.

use super::{Fault, Output, Problem, Template};
use crate::domain::expression::tests::{custom, scene};
use crate::domain::facts::shape::{Topic, shape};

fn rendered(source: &str, output: Output) -> Result<String, Problem> {
    Template::parse(source, output)?.render(&scene())
}

#[test]
fn properties_and_getters_print_alike() {
    for (source, expected) in [
        ("{{ order.number }} {{ order.getNumber() }}", "A-1042 A-1042"),
        ("{{ order.status.code }}/{{ order.getStatus().getCode() }}/{{ order.status }}", "paid/paid/Paid"),
        ("{{ order.getTotalSumm() }} {{ order.total_sum + 0.5 }}", "1150 1150.5"),
        ("{{ order.manager.email }} {{ order.manager }}", "max@shop.example Max Orlov"),
        ("{{ order.customer.first_name }} {{ customer.lastName }} {{ customer.tags }}", "Ann Lee press, vip"),
        ("{{ order.weight }}{{ order.getNothing().getAtAll() }}{{ nobody.x.y }}.", "."),
        (
            "{% if order.getDeliveryType() and order.getDeliveryType().getCode() == 'russian-post' %}post{% endif %}",
            "post",
        ),
        ("{% if order.getSuch().getThing() == 'x' %}no{% else %}yes{% endif %}", "yes"),
        ("{% for item in order.items %}{{ item.name }}={{ item.sum }};{% endfor %}", "Pen=120;Desk=1050;"),
        (
            "{% for c in change_set %}{% if c.newValue.code == 'paid' %}{{ c.field_name }}: {{ c.old }} → {{ c.new }}{% endif %}{% endfor %}",
            "status: New → Paid",
        ),
        ("{{ changeSet.newValue('status').name }} {{ change_set.old('status').code }}", "Paid new"),
        (
            "{% if changeSet.hasChangedField('status') %}changed{% endif %}{% if changeSet.isCreate() %}no{% endif %}",
            "changed",
        ),
        (
            "{{ order.created_at }} {{ order.delivery_date }} {{ order.created_at.year }}",
            "2026-11-20 10:00 2026-11-25 2026",
        ),
        ("{% if order.created_at < date('-2 days') %}old{% endif %}", "old"),
        ("{{ today() }} {{ now() }} [{{ last_run() }}]", "2026-11-23 2026-11-23 01:30 []"),
        ("{{ order.items.count() }} {{ order.items|length }} {{ order.number|lower }}", "2 2 a-1042"),
        ("{{ event.data.cart_total }} {{ event.data.lines[0].sku }} {{ event.type }}", "1200 x cart.left"),
        ("{{ order.custom_transaction_id }} {{ order.custom_colour }}", "77 red"),
        ("{{ order.url }}", "https://shop.example/orders/1042"),
    ] {
        let text = rendered(source, Output::Line).unwrap();
        assert_eq!(text, expected, "{source}");
    }
}

#[test]
fn what_comes_from_records_is_never_markup() {
    let source = "<p onclick=x><b>{{ event.data.html }}</b><script>x</script>{{ '<i>'|safe }}{{ '<img src=x>'|safe }}</p>";
    let mut scene = scene();
    let data = serde_json::json!({"html": "<img src=x onerror=alert(1)>&"});
    scene.put("event", crate::domain::facts::event("x", 0, None, Some(&data)));
    let html = Template::parse(source, Output::Html).unwrap().render(&scene).unwrap();
    assert_eq!(html, "<p><b>&lt;img src=x onerror=alert(1)&gt;&amp;</b></p>");
    let line =
        Template::parse("a\n{{ event.data.html }}\r\nBcc: x", Output::Line).unwrap().render(&scene).unwrap();
    assert_eq!(line, "a <img src=x onerror=alert(1)>& Bcc: x");
    let title =
        Template::parse("<b>{{ event.data.html }}</b>\n<p>x", Output::Title).unwrap().render(&scene).unwrap();
    assert!(title.starts_with("<b>&lt;img") && !title.contains('\n') && !title.contains("<p>"), "{title}");
}

#[test]
fn a_mistake_has_its_place() {
    for (source, line, column) in [
        ("a\n{{ order. }}", 2, 11),
        ("{% if x %}", 1, 9),
        ("{{ order.x | nofilter }}", 1, 14),
        ("{% include 'x' %}", 1, 4),
        ("{{ 'a }}", 1, 9),
    ] {
        let problem = rendered(source, Output::Text).unwrap_err();
        assert_eq!((problem.line, problem.column), (line, column), "{source}: {problem:?}");
        assert!(!problem.fault.params().is_empty(), "{source}: {problem:?}");
    }
}

#[test]
fn what_an_event_does_not_have_is_named() {
    let checked = |source: &str, topic| {
        let template = Template::parse(source, Output::Text).unwrap();
        let found = template.check(&shape(topic, &custom()));
        found.into_iter().map(|problem| (problem.line, problem.column, problem.fault)).collect::<Vec<_>>()
    };
    for source in [
        "{{ order.number }}{{ order.status.code }}{% for i in order.items %}{{ i.whatever }}{% endfor %}",
        "{% set x = 1 %}{{ x }}{{ now() }}{{ recipient.name }}{{ changeSet.newValue('status').code }}",
        "{{ order.custom_colour }}{{ order.getStatus().getCode() }}",
    ] {
        assert_eq!(checked(source, Topic::Order), [], "{source}");
    }
    let unknown = |path: &str| Fault::Unknown(path.to_owned());
    assert_eq!(
        checked("{{ order.number }}\n {{ order.statis.code }} {{ task.text }}", Topic::Order),
        [(2, 5, unknown("order.statis.code")), (2, 29, unknown("task.text"))]
    );
}

#[test]
fn hostile_templates_end_in_an_error() {
    let run = |source: String| {
        let work = move || rendered(&source, Output::Html).map_err(|problem| problem.fault).err();
        std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap()
    };
    let loops =
        |n: usize| format!("{}x{}", "{% for a in range(100000) %}".repeat(n), "{% endfor %}".repeat(n));
    for (name, source) in [
        ("loops", loops(2)),
        ("deep loops", loops(40)),
        ("range", "{{ range(10000000000)|list }}".to_owned()),
        ("repeat", "{{ 'x' * 10000000000 }}".to_owned()),
        ("list repeat", "{{ [1] * 10000000000 }}".to_owned()),
        ("power", "{{ 9 ** 99999999 }}".to_owned()),
        ("join", "{{ range(99999)|map('string')|join('x')|upper|lower|sort|join('x') }}".to_owned()),
        ("doubling", format!("{{% set x = 'xxxxxxxx' %}}{}", "{% set x = x ~ x ~ x ~ x %}".repeat(300))),
        ("recursion", "{% for a in [1,2] recursive %}{{ loop([1,2]) }}{% endfor %}".to_owned()),
    ] {
        let fault = run(source);
        assert!(
            matches!(fault, Some(Fault::OutOfFuel | Fault::Failed(_) | Fault::TooLarge(_))),
            "{name}: {fault:?}"
        );
    }
    for (name, source) in [
        ("or", format!("{{{{ a{} }}}}", " or a".repeat(10_000))),
        ("long", "x".repeat(1_000_000)),
        ("many", "{{ a }}".repeat(600)),
        ("elif", format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(1_000))),
    ] {
        let fault = run(source);
        assert!(matches!(fault, Some(Fault::TooLong(_) | Fault::TooManyTags(_))), "{name}: {fault:?}");
    }
    // As much as may be, in every shape that nests: an error or a text, and a thread that lives.
    for (name, source) in [
        ("elif", format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(490))),
        ("if", format!("{}{}", "{% if a %}".repeat(249), "{% endif %}".repeat(249))),
        ("with", format!("{}{}", "{% with a=1 %}".repeat(249), "{% endwith %}".repeat(249))),
        ("filter", format!("{}{}", "{% filter upper %}".repeat(249), "{% endfilter %}".repeat(249))),
        ("or", format!("{{{{ a{} }}}}", " or a".repeat(400))),
        ("not", format!("{{{{ {}a }}}}", "not ".repeat(500))),
        ("minus", format!("{{{{ {}1 }}}}", "-".repeat(2_000))),
        ("brackets", format!("{{{{ {}1{} }}}}", "(".repeat(1_000), ")".repeat(1_000))),
        ("lists", format!("{{{{ {}1{} }}}}", "[".repeat(1_000), "]".repeat(1_000))),
        ("fields", format!("{{{{ a{} }}}}", ".b".repeat(1_000))),
        ("calls", format!("{{{{ a{} }}}}", ".b()".repeat(500))),
        ("filters", format!("{{{{ a{} }}}}", "|e".repeat(1_000))),
        ("join", format!("{{{{ a{} }}}}", "~a".repeat(1_000))),
        ("power", format!("{{{{ 1{} }}}}", "**1".repeat(650))),
        ("choice", format!("{{{{ 1{} }}}}", " if a else 1".repeat(160))),
        ("tests", format!("{{{{ a{} }}}}", " is none".repeat(240))),
        ("maps", format!("{{{{ {}1{} }}}}", "{1:".repeat(500), "}".repeat(500))),
    ] {
        drop(run(source));
        assert_eq!(run("alive".to_owned()), None, "{name}");
    }
}

#[test]
fn every_variable_and_every_fault_has_words() {
    let texts = crate::render::texts::Texts::load().unwrap();
    for topic in Topic::ALL {
        for variable in crate::domain::facts::variables::variables(*topic, &custom()) {
            let label = variable.label;
            assert!(
                label.text.is_some() || label.key.as_ref().is_some_and(|key| texts.has(key)),
                "{label:?}"
            );
            assert!(label.part.is_none_or(|part| texts.has(part)), "{label:?}");
        }
    }
    for source in
        ["", "a b", "(", "5x", "'x", "x |y", "f()", "a = 1", "x => 1", "date('x')", "1 + true", "a matches b"]
    {
        let fault = crate::domain::expression::Expression::parse(source).unwrap_err().fault;
        assert!(texts.has(fault.key()), "{fault:?}");
    }
}
