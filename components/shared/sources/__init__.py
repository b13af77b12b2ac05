"""Where tables come from: files, pages and objects, as files of this machine."""
