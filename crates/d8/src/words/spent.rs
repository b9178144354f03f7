//! A spent day, in a sentence: which limit, by whom, until when, and who takes over.

use super::number;
use crate::text;

/// A limit of a day or longer that is spent.
#[derive(Clone, Debug)]
pub struct Spent<'a> {
    /// The account.
    pub account: &'a str,
    /// It belongs to a free tier.
    pub free_tier: bool,
    /// "day", "month", in the language.
    pub period: &'a str,
    /// "1,500 requests".
    pub amount: String,
    /// How much it was configured to hold, where it holds another amount.
    pub configured: Option<u64>,
    /// Used in all.
    pub used: u64,
    /// Of that: by others.
    pub by_others: u64,
    /// When it is free again, as the clock on the wall shows it.
    pub until: Option<String>,
    /// Which moment that is where the provider is: "midnight Pacific".
    pub resets: Option<&'a str>,
    /// The account that takes over.
    pub instead: Option<&'a str>,
}

/// "gemini-main: the key is valid and the set-up is right; the free tier's day (1,500 requests) is spent, most of it not
/// by D8; free again at 09:00 (midnight Pacific); groq-main takes over."
pub fn spent(it: &Spent<'_>) -> String {
    let amount = match it.configured {
        Some(configured) => text!(
            "spent-configured",
            amount = it.amount.as_str(),
            configured = number(configured)
        ),
        None => it.amount.clone(),
    };
    let others = match it.by_others {
        0 => "none",
        others if others >= it.used => "all",
        others if others.saturating_mul(2) > it.used => "most",
        _ => "part",
    };
    let again = match (&it.until, it.resets) {
        (Some(until), Some(resets)) => text!("spent-again-resets", until = until.as_str(), resets = resets),
        (Some(until), None) => text!("spent-again", until = until.as_str()),
        (None, _) => text!("spent-again-answer"),
    };
    let instead = match it.instead {
        Some(other) => text!("spent-instead", other = other),
        None => text!("spent-nobody"),
    };
    text!(
        "spent",
        account = it.account,
        tier = if it.free_tier { "free" } else { "other" },
        period = it.period,
        amount = amount,
        others = others,
        again = again,
        instead = instead,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::language::Language;
    use crate::words::language::tests::speaking;

    #[test]
    fn a_spent_day_is_explained() {
        let mut it = Spent {
            account: "gemini-main",
            free_tier: true,
            period: "day",
            amount: "1,500 requests".to_owned(),
            configured: Some(2_000),
            used: 1_500,
            by_others: 1_480,
            until: Some("09:00".to_owned()),
            resets: Some("midnight Pacific"),
            instead: Some("groq-main"),
        };
        assert_eq!(
            spent(&it),
            "gemini-main: the key is valid and the set-up is right; the free tier's day (1,500 requests; 2,000 were configured) \
             is spent, most of it not by D8; free again at 09:00 (midnight Pacific); groq-main takes over."
        );
        it.period = "día";
        it.amount = "1500 peticiones".to_owned();
        it.resets = Some("medianoche, hora del Pacífico");
        assert_eq!(
            speaking(Language::Spanish, || spent(&it)),
            "gemini-main: la clave es válida y la configuración es correcta; la cuota gratuita por día (1500 peticiones; se \
             habían configurado 2000) está agotada, en su mayor parte no por D8; libre otra vez a las 09:00 (medianoche, hora del \
             Pacífico); groq-main toma el relevo."
        );
        (it.configured, it.by_others, it.until, it.instead, it.free_tier) = (None, 0, None, None, false);
        (it.period, it.amount) = ("day", "3 requests".to_owned());
        assert_eq!(
            spent(&it),
            "gemini-main: the key is valid and the set-up is right; the day (3 requests) is spent; free again after an answer; no \
             other account can take over: add one, or wait."
        );
    }
}
