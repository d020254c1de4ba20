// Foundation's copy of ICU brings 34 MB of tables about languages and regions, which nothing in this program asks for.
// Where a release build links it in, this stands in their place: no tables. Hidden, so that a debug build, which takes
// Foundation from the system, keeps its own.
__attribute__((visibility("hidden"), aligned(16))) const char icudt76_dat[64] = {0};
