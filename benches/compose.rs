//! One-page letters of some 300 words, each with its own name, address, amounts and reference: pages a second on one
//! thread and on two. Nothing is compressed or written; `spool` does that. The limits beside it, measured on the same
//! kind of text: 8,350 pages/s a core when every word is shaped anew, 62,800 by advance widths without kerning. Beside it
//! letters of long words, with and without words divided at the end of a line.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lettermill::compose::{FirstPage, Options, Stationery, lay_out};
use lettermill::letter::*;

mod common;

use common::bare;

const LETTERS: usize = 1000;

const PARAGRAPHS: [&str; 5] = [
    "Du har ansökt om bostadstillägg. Vi har gått igenom din ansökan och de uppgifter som vi har fått från Skatteverket och från din hyresvärd. Du har rätt till bostadstillägg från och med månaden efter den då du ansökte, så länge dina inkomster och din hyra inte ändras.",
    "När vi räknar ut bostadstillägget tar vi hänsyn till dina inkomster, dina tillgångar och din bostadskostnad. Hur stor del av bostadskostnaden som du kan få ersättning för beror på om du bor ensam eller tillsammans med någon. I tabellen kan du se vilka uppgifter vi har använt och hur vi har räknat.",
    "Du måste anmäla till oss om något ändras som kan påverka din rätt till bostadstillägg, till exempel om du flyttar, om hyran höjs eller sänks, om du börjar arbeta eller om någon flyttar in hos dig. Gör det så snart som möjligt, så slipper du att betala tillbaka pengar i efterhand.",
    "Om du tycker att beslutet är fel kan du begära att vi omprövar det. Skriv till oss och berätta vilket beslut det gäller, på vilket sätt du vill att det ska ändras och varför. Skriv också ditt namn, din adress och ditt telefonnummer. Din begäran ska ha kommit in till oss inom två månader från den dag då du fick del av beslutet.",
    "Har du frågor är du välkommen att ringa oss eller skriva ett meddelande när du har loggat in på våra sidor. Ha gärna beslutets nummer till hands.",
];
/// Words of officials: a third of the lines ends with one that does not fit.
const LONG_WORDS: [&str; 5] = [
    "Överklagandehänvisningen beskriver handläggningstiderna vid förvaltningsdomstolarna och ersättningsbestämmelserna för socialförsäkringsförmånerna samt arbetsmarknadspolitiska insatser, bostadsanpassningsbidragsansökningar och färdtjänsttillståndsprövningar som samhällsbyggnadsförvaltningen ansvarar för.",
    "Livsmedelskontrollmyndigheten fastställer riskklassificeringsmodellen och kontrolltidstilldelningen för dricksvattenanläggningar, storhushållsverksamheter och detaljhandelsanläggningar efter en verksamhetsanpassad bedömning av erfarenhetsklassningen.",
    "Markanvändningsbestämmelserna i detaljplanehandlingarna reglerar bebyggelseutformningen, exploateringsgraden och dagvattenhanteringen inom planområdesgränsen, och genomförandebeskrivningen redovisar fastighetsregleringsåtgärderna och gatukostnadsfördelningen.",
    "Sjukpenninggrundande inkomstuppgifter, arbetsgivardeklarationsuppgifter och utbetalningsspecifikationer behandlas enligt personuppgiftsbestämmelserna i dataskyddsförordningen och informationssäkerhetsföreskrifterna.",
    "Handläggningsenheten för bostadsanpassningsärenden tar emot kompletteringar och överklagandeskrivelser.",
];
const NAMES: [&str; 8] = [
    "Ann", "Bo", "Çağla", "Đorđe", "Eila", "Łucja", "Søren", "Þóra",
];

fn run(text: String, bold: bool) -> Run<'static> {
    Run {
        text: text.into(),
        bold,
        italic: false,
    }
}

fn letter(n: usize, paragraphs: &[&'static str; 5]) -> Letter<'static> {
    let row = |name: &str, amount: usize, total| Row {
        total,
        cells: vec![
            vec![run(name.to_owned(), false)],
            vec![run(
                format!("{} {:03},00", amount / 1000, amount % 1000),
                false,
            )],
        ],
    };
    let rent = 4000 + n * 37 % 5000;
    let column = |align, heading: &'static str| Column {
        align,
        heading: Some(heading.into()),
    };
    let mut blocks: Vec<Block<'static>> = paragraphs
        .iter()
        .map(|text| Block::Paragraph(vec![run((*text).to_owned(), false)]))
        .collect();
    blocks.insert(
        1,
        Block::Heading(1, vec![run("Så har vi räknat".to_owned(), false)]),
    );
    blocks.insert(
        3,
        Block::Table(Table {
            columns: vec![
                column(Align::Left, "Uppgift"),
                column(Align::Right, "Kronor i månaden"),
            ],
            rows: vec![
                row("Bostadskostnad", rent, false),
                row("Din del av kostnaden", rent / 3, false),
                row("Bostadstillägg", rent - rent / 3, true),
            ],
        }),
    );
    let bare = bare::letter("", "");
    let postal_code = format!("{}", 10_000 + n % 80_000);
    let street = format!("Provgatan {}", n % 190);
    Letter {
        id: format!("L-{n}").into(),
        reference: Some(format!("BT 2026-{n:06}").into()),
        department: Some("Ersättningar".into()),
        recipient: Recipient {
            name: format!("{} Prov-{n}sson", NAMES[n % NAMES.len()]).into(),
            address: Some(bare::address(&street, &postal_code, "Exempelstad")),
            ..bare.recipient
        },
        subject: "Beslut om bostadstillägg".into(),
        content: Content::Text(blocks),
        ..bare
    }
}

fn header() -> Header {
    let bare = bare::header(Country::Sweden);
    Header {
        sender: Sender {
            name: "Exempelmyndigheten".into(),
            return_address: Address {
                country: None,
                form: AddressForm::Lines(vec!["Box 100".into(), "123 45 Exempelstad".into()]),
            },
            support: Support {
                text: "Ring oss vardagar kl. 8–16.".into(),
                url: Some("https://www.exempel.example".into()),
                phone: Some("010-123 45 67".into()),
                email: None,
            },
            ..bare.sender
        },
        ..bare
    }
}

/// Time that this thread has run; Linux only.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn pages(criterion: &mut Criterion) {
    let header = header();
    let letters: Vec<Letter<'static>> = (0..LETTERS).map(|n| letter(n, &PARAGRAPHS)).collect();
    let stationery =
        Stationery::new(&Options::default(), &header).expect("the default options hold");
    let date = jiff::civil::date(2026, 3, 12);
    let set_with = |stationery: &Stationery, letters: &[Letter<'static>]| -> (usize, usize) {
        letters.iter().fold((0, 0), |(pages, bytes), letter| {
            let laid = lay_out(letter, &header, date, stationery, FirstPage::WithText)
                .expect("all can be set");
            (
                pages + laid.pages.len(),
                bytes
                    + laid
                        .pages
                        .iter()
                        .map(|page| page.content.len())
                        .sum::<usize>(),
            )
        })
    };
    let set = |letters: &[Letter<'static>]| set_with(&stationery, letters);
    let (count, bytes) = set(&letters);
    println!(
        "{LETTERS} letters, {count} pages, {} bytes of operators a page",
        bytes / count
    );
    // On a busy machine the clock says little; the time this thread was given says more.
    if let Some(before) = cpu_seconds() {
        let set: usize = (0..10).map(|_| set(&letters).0).sum();
        let seconds = cpu_seconds().unwrap_or(before) - before;
        println!(
            "{:.0} pages per CPU second on one thread",
            set as f64 / seconds
        );
        let long: Vec<Letter<'static>> = (0..LETTERS).map(|n| letter(n, &LONG_WORDS)).collect();
        for hyphenate in [false, true] {
            let options = Options {
                hyphenate,
                ..Options::default()
            };
            let stationery = Stationery::new(&options, &header).expect("the default options hold");
            let before = cpu_seconds().unwrap_or_default();
            let set: usize = (0..10).map(|_| set_with(&stationery, &long).0).sum();
            let seconds = cpu_seconds().unwrap_or(before) - before;
            println!(
                "long words, {}: {:.0} pages per CPU second",
                if hyphenate { "divided" } else { "whole" },
                set as f64 / seconds
            );
        }
    }
    let mut group = criterion.benchmark_group("compose");
    group
        .sample_size(20)
        .throughput(Throughput::Elements(count as u64));
    for threads in [1, 2] {
        group.bench_function(
            BenchmarkId::new("pages", format!("{threads} threads")),
            |bencher| {
                bencher.iter(|| {
                    std::thread::scope(|scope| {
                        for letters in letters.chunks(LETTERS / threads) {
                            scope.spawn(|| set(letters));
                        }
                    });
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, pages);
criterion_main!(benches);
