# What travels inside the binary. Each line makes one `<name>_files()`.
file(GLOB catalogue_sql CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/content/storage/migrations/catalogue/*.sql)
earshot_embed(storage catalogue_sql ${CMAKE_SOURCE_DIR}/content/storage/migrations/catalogue ${catalogue_sql})
file(GLOB statistics_sql CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/content/storage/migrations/statistics/*.sql)
earshot_embed(storage statistics_sql ${CMAKE_SOURCE_DIR}/content/storage/migrations/statistics ${statistics_sql})
file(GLOB counting_lists CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/server/analytics/rules/*.json ${CMAKE_SOURCE_DIR}/server/analytics/rules/*.txt)
earshot_embed(analytics counting_lists ${CMAKE_SOURCE_DIR}/server/analytics/rules ${counting_lists})
earshot_embed(settings default_settings ${CMAKE_SOURCE_DIR}/config ${CMAKE_SOURCE_DIR}/config/earshot.toml)
include(${CMAKE_SOURCE_DIR}/cmake/web_assets.cmake OPTIONAL)
