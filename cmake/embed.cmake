# earshot_embed(TARGET NAME BASE file...): puts files into the binary's .rodata and gives `NAME_files()` (content/model/embedded.hpp).
# File names in the table are relative to BASE. Files may be built by custom commands.
function(earshot_embed target name base)
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/embedded")
  set(asm ".section .note.GNU-stack,\"\",@progbits\n.section .rodata\n")
  set(decl "")
  set(rows "")
  set(i 0)
  foreach(file IN LISTS ARGN)
    file(RELATIVE_PATH rel "${base}" "${file}")
    string(APPEND asm ".balign 16\n.global ${name}_${i}_begin\n.global ${name}_${i}_end\n${name}_${i}_begin:\n.incbin \"${file}\"\n${name}_${i}_end:\n.byte 0\n")
    string(APPEND decl "extern const char ${name}_${i}_begin[], ${name}_${i}_end[];\n")
    string(APPEND rows "        {\"${rel}\", {${name}_${i}_begin, static_cast<std::size_t>(${name}_${i}_end - ${name}_${i}_begin)}},\n")
    math(EXPR i "${i}+1")
  endforeach()
  file(CONFIGURE OUTPUT "${dir}/${name}.S" CONTENT "${asm}" @ONLY)
  file(CONFIGURE OUTPUT "${dir}/${name}.cpp" CONTENT "#include \"content/model/embedded.hpp\"
extern \"C\" {
${decl}}
namespace earshot::model {
std::span<const EmbeddedFile> ${name}_files() {
    static const EmbeddedFile files[] = {
${rows}    };
    return files;
}
}
" @ONLY)
  set_source_files_properties("${dir}/${name}.S" PROPERTIES OBJECT_DEPENDS "${ARGN}")
  target_sources(${target} PRIVATE "${dir}/${name}.S" "${dir}/${name}.cpp")
endfunction()
