mod buy;
mod cancel;
mod doubt;
mod market;
mod receive;
mod report;
mod window;
