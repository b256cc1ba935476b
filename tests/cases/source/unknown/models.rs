#[derive(AsChangeset)]
#[diesel(table_name = crates)]
struct Krate { id: i32 }
impl Krate {
    fn save(&self, conn: &mut C, other: Thing) {
        diesel::update(&self).execute(conn)?;
        diesel::delete(&other).execute(conn)?;
    }
}
