mod code;
mod receive;
