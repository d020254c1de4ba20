// Foundation's copy of ICU has 34 MB of tables about languages and regions, which this program never uses. When a
// release build links it, this replaces the tables: none. Their name contains ICU's version, 74 in Swift 6.0 and 76 in
// 6.3. Hidden, so that a debug build, which uses the system's Foundation, keeps its own.
#define NO_TABLES(version) \
    __attribute__((visibility("hidden"), aligned(16))) const char icudt##version##_dat[64] = {0};

NO_TABLES(74)
NO_TABLES(75)
NO_TABLES(76)
NO_TABLES(77)
NO_TABLES(78)
