/// What the feed has records of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Entity {
    Service,
    Organization,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
}

impl Entity {
    /// Taxonomies first, so that whoever reads a stream knows a term before it is used.
    pub const ALL: [Entity; 5] = [
        Entity::Taxonomy,
        Entity::TaxonomyTerm,
        Entity::Organization,
        Entity::Service,
        Entity::ServiceAtLocation,
    ];

    /// As it is kept and published.
    pub fn key(self) -> &'static str {
        match self {
            Entity::Service => "service",
            Entity::Organization => "organization",
            Entity::ServiceAtLocation => "service_at_location",
            Entity::Taxonomy => "taxonomy",
            Entity::TaxonomyTerm => "taxonomy_term",
        }
    }

    /// The last part of its list's address.
    pub fn path(self) -> &'static str {
        match self {
            Entity::Service => "services",
            Entity::Organization => "organizations",
            Entity::ServiceAtLocation => "service_at_locations",
            Entity::Taxonomy => "taxonomies",
            Entity::TaxonomyTerm => "taxonomy_terms",
        }
    }

    /// The one of that key.
    pub fn parse(key: &str) -> Option<Entity> {
        Entity::ALL.into_iter().find(|entity| entity.key() == key)
    }
}
