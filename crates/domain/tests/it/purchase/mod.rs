mod buy;
mod cancel;
mod doubt;
mod hang;
mod market;
mod receive;
mod report;
mod window;
