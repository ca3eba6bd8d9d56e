//! What the words around a number say about it, in the languages we receive: tables only.
//!
//! Every list is parted by commas and written as people write it; `Folded` takes off case and accents on both
//! sides. A word stands whole unless an asterisk leaves an end open: `*code` also ends "Sicherheitscode",
//! `код*` also begins "кодом". Scripts that do not part their words are open anyhow.

mod asian;
mod european;

/// What a word says about the number it stands with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// Can hardly mean anything but a code: "verification code", "OTP".
    Strong,
    /// Names a code in most texts: "code", "PIN".
    Plain,
    /// Speaks of the deed and not of the code: "verify", "log in".
    Faint,
    /// Names another kind of number that comes after it: "order", "call".
    Label,
    /// Speaks of selling, where a "code" is a coupon.
    Promotion,
    /// Money, on either side of its number.
    Currency,
    /// Comes after its number and says what is counted: "minutes", "points".
    Counted,
}

impl Meaning {
    pub(super) fn names_code(self) -> bool {
        matches!(self, Self::Strong | Self::Plain)
    }
}

/// The words of one language.
pub(super) struct Language {
    pub(super) strong: &'static str,
    pub(super) plain: &'static str,
    pub(super) faint: &'static str,
    pub(super) label: &'static str,
    pub(super) promotion: &'static str,
}

/// All word lists, each with its meaning.
pub(super) fn lists() -> impl Iterator<Item = (Meaning, &'static str)> {
    let languages = european::LANGUAGES.iter().chain(asian::LANGUAGES);
    languages
        .flat_map(|language| {
            [
                (Meaning::Strong, language.strong),
                (Meaning::Plain, language.plain),
                (Meaning::Faint, language.faint),
                (Meaning::Label, language.label),
                (Meaning::Promotion, language.promotion),
            ]
        })
        .chain([(Meaning::Label, CARD_TAIL), (Meaning::Currency, CURRENCY), (Meaning::Counted, COUNTED)])
}

/// Said before the last digits of a card or an account.
const CARD_TAIL: &str = "ending in, ending with, ending, ends in, ends with, last 4, last four, last digits, \
    terminada en, terminado en, termina en, acabada en, que termina con, terminante con, finisce con, \
    se terminant par, finissant par, terminant par, final, terminado em, terminada em, com final, endend auf, \
    mit den endziffern, endziffern, mit endung, eindigend op, eindigt op, som slutar pa, slutar pa, som slutter pa, \
    der ender pa, ender pa, paattyva, konczacej sie na, konczacym sie na, konczaca sie na, koncici na, konciaca na, \
    terminat in, terminata in, se termina in, ki se konca z, koja zavrsava na, zavrsava na, \
    оканчивающейся на, заканчивающейся на, заканчивающаяся на, що закінчується на, \
    завършваща на, που λήγει σε, με λήξη, sonu, son dort hanesi, المنتهية بـ, المنتهية ب, المنتهي بـ, المنتهي ب, \
    המסתיים ב, המסתיימת ב, שמסתיים ב, منتهی به, berakhir, berakhiran, có đuôi, đuôi, đuôi số, kết thúc bằng, ลงท้ายด้วย, ลงท้าย, \
    尾号, 尾號, 末四位, 末尾, 下4桁, 끝자리, 뒷자리";

const CURRENCY: &str = "$, €, £, ¥, ₹, ₽, ₺, ₴, ₩, ₫, ₪, ₦, ฿, ৳, ₱, ₸, ₼, ₾, ₡, ₵, usd, eur, euro, euros, euroa, gbp, inr, rs, \
    rs., rub, руб*, р, р., рублей, uah, грн*, лв, лв., pln, zl, zlotych, czk, kc, kcs, ron, lei, leu, huf, ft, forint, sek, nok, \
    dkk, kr, kr., kronor, kroner, chf, tl, lira, lirasi, aed, sar, sr, qar, kwd, egp, ريال, درهم, دينار, جنيه, \
    ریال, تومان, دلار, روپے, روپیہ, ils, nis, שח, ש\"ח, thb, baht, บาท, vnd, vnđ, đ, đồng, idr, rp, rp., rupiah, \
    myr, rm, php, sgd, hkd, nt$, twd, cny, rmb, 元, 块, 円, 圓, jpy, krw, 원, रुपये, रुपए, रु, रु., টাকা, tk, tk., bdt, pkr, \
    lkr, npr, ngn, kes, ksh, zar, brl, r$, mxn, cop, clp, ars, pesos, peso, soles, dollars, dollar, bucks, rupees, \
    usdt, btc, eth, cad, aud, nzd, тг, тенге, kzt, uzs, soʻm, сум, amd, gel, лари, рсд, rsd, kn, hrk";

const COUNTED: &str = "minut*, min, mins, seconds, second, secs, sec, sekund*, segundos, secondes, secondi, hours, hrs, horas, \
    heures, stunden, ore, days, dias, jours, tage, months, years, мин, минут*, секунд*, час*, хвилин*, дней, дня, \
    دقيقة, دقائق, ثانية, دقیقه, ثانیه, דקות, שניות, मिनट, সেকেন্ড, মিনিট, นาที, วินาที, phút, giây, menit, detik, dakika*, saniye*, \
    分钟, 分鐘, 秒, 小时, 天, 分, 時間, 年, 年度, 月, 日, 시간, 분, 초, 년, 月份, points, point, pts, puntos, pontos, punkte, punti, \
    puan, баллов, балла, 积分, 積分, ポイント, 포인트, 점, miles, km, kms, meters, metres, feet, kg, mb, gb, tb, kb, kbps, mbps, kwh, \
    kcal, calories, steps, people, users, customers, stores, items, pieces, units, members, followers, photos, \
    бонусов, бонуса, шагов, человек, г., год*, року, numaralı*, nolu, no'lu, számú, sz., 番, 番の, 号店, 件, 人, 名, 個, 번째, 명, 개, \
    street, st., avenue, ave, road, rd, blvd, boulevard, hz, percent, prozent, pct, uhr, credits, tokens, coins, кг, км, гб, мб";

/// Small words that join a code to the word for it, folded already and parted by spaces.
pub(super) const JOINING: &str = "is are was your the a no number nr num for you her here below use enter ist lautet \
    lauten dein deine ihr ihre est le votre ton es tu su el la il tuo e o seu sua to twoj je jouw uw er din ditt on este \
    eshte vas vasa ваш ваша твой это є е kodunuz ειναι ο هو هي لك است שלך הוא היא है आपका আপনার হলো হল 은 는 이 가 \
    입니다 は が です 为 是 為 คือ ของคุณคือ ของคุณ adalah anda ialah ma ay ni da az";

/// Words that are written in capitals where a code of letters might stand, folded.
pub(super) const SHOUTED: &str =
    "secret private confidential expired invalid ready valid wrong used blocked never please sent below";
