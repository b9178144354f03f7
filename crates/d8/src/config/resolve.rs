//! What the `model` of a request means.

use super::Config;
use super::route::{DEFAULT_ROUTE, Route, Target};
use super::suggestion::nearest;

/// A name that is neither a route nor a model of any account.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the model `{asked}` is neither a route nor a model of any account")]
pub struct UnknownModel {
    /// What was asked for.
    pub asked: String,
    /// The nearest name that there is.
    pub suggestion: Option<String>,
}

impl Config {
    /// Where a request for `model` may be served. In this order: a route; `account/model`; a model id, on all accounts
    /// that serve it; without a model the route `default`.
    pub fn resolve(&self, model: Option<&str>) -> Result<Route, UnknownModel> {
        let asked = model.unwrap_or(DEFAULT_ROUTE);
        self.route(asked)
            .cloned()
            .or_else(|| self.one_target(asked))
            .or_else(|| self.all_that_serve(asked))
            .ok_or_else(|| UnknownModel {
                asked: asked.to_owned(),
                suggestion: self.nearest_name(asked),
            })
    }

    /// The route of this name.
    pub fn route(&self, name: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.name == name)
    }

    fn one_target(&self, asked: &str) -> Option<Route> {
        let (name, model) = asked.split_once('/')?;
        let account = self.account(name).filter(|account| account.serves(model))?;
        let target = Target {
            account: account.name.clone(),
            model: model.to_owned(),
        };
        Some(Route::all_primary(asked, vec![target]))
    }

    fn all_that_serve(&self, model: &str) -> Option<Route> {
        let serving = self.accounts.iter().filter(|account| account.serves(model));
        let targets: Vec<Target> = serving
            .map(|account| Target {
                account: account.name.clone(),
                model: model.to_owned(),
            })
            .collect();
        (!targets.is_empty()).then(|| Route::all_primary(model, targets))
    }

    fn nearest_name(&self, asked: &str) -> Option<String> {
        let routes = self.routes.iter().map(|route| route.name.clone());
        let models = self.accounts.iter().flat_map(|account| {
            account
                .models
                .iter()
                .flat_map(|model| [model.id.clone(), format!("{}/{}", account.name, model.id)])
        });
        let names: Vec<String> = routes.chain(models).collect();
        nearest(asked, names.iter().map(String::as_str)).map(str::to_owned)
    }
}
