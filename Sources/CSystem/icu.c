// Foundation's copy of ICU brings 34 MB of tables about languages and regions, which nothing in this program asks for.
// Where a release build links it in, this stands in their place: no tables. Their name has ICU's version in it, 74 in
// Swift 6.0 and 76 in 6.3. Hidden, so that a debug build, which takes Foundation from the system, keeps its own.
#define NO_TABLES(version) \
    __attribute__((visibility("hidden"), aligned(16))) const char icudt##version##_dat[64] = {0};

NO_TABLES(74)
NO_TABLES(75)
NO_TABLES(76)
NO_TABLES(77)
NO_TABLES(78)
