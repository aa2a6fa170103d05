# Pages' templates as they are; styles and scripts bundled by esbuild, each with a gzip copy.
# A file whose name begins with '_' is only imported by others.
set(web_sources ${CMAKE_SOURCE_DIR}/server/web)
set(web_built ${CMAKE_BINARY_DIR}/web_assets)
find_program(NODE node REQUIRED)

file(GLOB web_templates CONFIGURE_DEPENDS ${web_sources}/templates/*.html)
earshot_embed(web web_templates ${web_sources}/templates ${web_templates})

file(GLOB web_asset_sources CONFIGURE_DEPENDS ${web_sources}/assets/*.ts ${web_sources}/assets/*.css ${web_sources}/assets/*.svg)
set(web_assets "")
foreach(source IN LISTS web_asset_sources)
  get_filename_component(name ${source} NAME)
  if(NOT name MATCHES "^_")
    string(REGEX REPLACE "\\.ts$" ".js" name ${name})
    list(APPEND web_assets ${web_built}/${name} ${web_built}/${name}.gz)
  endif()
endforeach()
add_custom_command(
  OUTPUT ${web_assets}
  COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/scripts/build_web.mjs ${web_sources}/assets ${web_built}
  DEPENDS ${web_asset_sources} ${CMAKE_SOURCE_DIR}/scripts/build_web.mjs ${CMAKE_SOURCE_DIR}/package-lock.json
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  COMMENT "Bundling styles and scripts"
  VERBATIM)
add_custom_target(web_bundle DEPENDS ${web_assets})
earshot_embed(web web_assets ${web_built} ${web_assets})
add_dependencies(web web_bundle)
